/**
 * Asks every database who has work, on and on. A round waits for none of them: one that refuses or hangs takes one of a few
 * places until its time is up, and nothing from the tenants of others.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { gauge, type Log } from '@rowhouse/telemetry'
import { describeError } from './describe-error.ts'
import { createSchedule } from './schedule.ts'
import type { Survey, Surveyor } from './survey.ts'

export interface Sweep {
  start(): void
  /** Asks nobody else, and waits for those that are being asked. */
  stop(): Promise<void>
}

export interface SweepOptions {
  readonly surveyor: Surveyor
  /** The tenant has work. */
  readonly found: (tenantId: string) => void
  readonly sweepMs: number
  readonly log: Log
}

/** In one round. Where there are more, they take turns. */
const maxDatabases = 30
/** Databases that are asked at a time. */
const maxAsked = 8

interface Known {
  readonly survey: Survey | undefined
  readonly away: boolean
}

export function createSweep({ surveyor, found, sweepMs, log }: SweepOptions): Sweep {
  const known = new Map<string, Known>()
  // Each database has one place, as a tenant has elsewhere.
  const schedule = createSchedule({ total: maxAsked, perTenant: 1, maxWaiting: 1 })
  const stopping = new AbortController()
  let sweeping: Promise<void> | undefined
  let stopGauges = () => {}
  let listed = true

  async function sweepOnAndOn(): Promise<void> {
    let waiting: string[] = []
    while (!stopping.signal.aborted) {
      if (waiting.length === 0) waiting = await list()
      for (const name of waiting.splice(0, maxDatabases)) schedule.add(name, 'survey', () => ask(name))
      await sleep(sweepMs, undefined, stopping).catch(() => {})
    }
  }

  /** Those of the last time when the list cannot be had. */
  async function list(): Promise<string[]> {
    try {
      const names = new Set(await surveyor.databases())
      for (const name of known.keys()) if (!names.has(name)) known.delete(name)
      for (const name of names) if (!known.has(name)) known.set(name, { survey: undefined, away: false })
      if (!listed) log.info('relay can list the databases again')
      listed = true
    } catch (error) {
      if (listed) log.warn({ error: describeError(error) }, 'relay cannot list the databases')
      listed = false
    }
    return [...known.keys()]
  }

  async function ask(database: string): Promise<void> {
    const before = known.get(database)
    // It has gone while it waited for its turn.
    if (!before) return
    try {
      const survey = await surveyor.survey(database)
      known.set(database, { survey, away: false })
      if (before.away) log.info({ database }, 'relay can ask the database again')
      for (const tenantId of survey.tenantIds) found(tenantId)
    } catch (error) {
      known.set(database, { ...before, away: true })
      if (!before.away) log.warn({ database, error: describeError(error) }, 'relay cannot ask a database')
    }
  }

  return {
    start() {
      stopGauges = measure(() => [...known.values()])
      sweeping = sweepOnAndOn()
    },
    async stop() {
      stopping.abort()
      stopGauges()
      await Promise.all([sweeping, schedule.stop()])
    },
  }
}

/** Of a database that cannot be asked, what its last survey said. */
function measure(databases: () => Known[]): () => void {
  const surveys = () => databases().flatMap(({ survey }) => survey ?? [])
  const stops = [
    gauge(
      { name: 'rowhouse_events_outbox_age_seconds', about: 'Age of the oldest event not yet handed on' },
      (observe) => observe(Math.max(0, ...surveys().map(({ outboxAgeS }) => outboxAgeS)), {}),
    ),
    gauge(
      { name: 'rowhouse_events_inbox_lag_seconds', about: 'How long the oldest due event has been due' },
      (observe) => observe(Math.max(0, ...surveys().map(({ inboxLagS }) => inboxLagS)), {}),
    ),
    gauge({ name: 'rowhouse_events_parked_keys', about: 'Keys that wait for an operator' }, (observe) =>
      observe(
        surveys().reduce((sum, { parkedKeys }) => sum + parkedKeys, 0),
        {},
      ),
    ),
    gauge({ name: 'rowhouse_events_databases_away', about: 'Databases that the relay cannot ask' }, (observe) =>
      observe(databases().filter(({ away }) => away).length, {}),
    ),
  ]
  return () => stops.forEach((stop) => stop())
}
