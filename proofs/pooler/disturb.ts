/** What operators and accidents do to a pooler under load. It must come back by itself, and calls must not wait for ever. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PgBouncer } from '@rowhouse/testing'
import type { Door } from '@rowhouse/tenancy'
import pg from 'pg'
import type { Resident } from './resident.ts'
import { harms, type Scene } from './scene.ts'

/** Calls may fail by these. */
const troubles: Readonly<Record<string, ((bouncer: PgBouncer) => Promise<unknown>) | undefined>> = {
  'PgBouncer was killed': async (bouncer) => {
    await bouncer.kill()
    await sleep(300)
    await bouncer.restart()
  },
  'PgBouncer was restarted at once': (bouncer) => bouncer.restart(),
  // A connection that it was just opening may be closed as well; then it takes itself for shut out for a moment.
  'it was told to reload': (bouncer) => tell(bouncer, 'RELOAD'),
  'it was told to reconnect': (bouncer) => tell(bouncer, 'RECONNECT'),
  'it was paused for half a second': async (bouncer) => {
    await tell(bouncer, 'PAUSE')
    await sleep(500)
    await tell(bouncer, 'RESUME')
  },
  'it was paused for longer than a call may wait': async (bouncer) => {
    await tell(bouncer, 'PAUSE')
    await sleep(6_000)
    await tell(bouncer, 'RESUME')
  },
}

export const allTroubles = Object.keys(troubles)

/** A call must succeed again so soon. */
const recoveryMs = 5_000

export async function disturb(
  scene: Scene,
  bouncer: PgBouncer,
  doors: readonly Door[],
  resident: Resident,
  which: readonly string[],
): Promise<void> {
  for (const name of which) {
    scene.signal.throwIfAborted()
    while (scene.trouble !== undefined) await sleep(20)
    scene.trouble = name
    await troubles[name]!(bouncer)
    scene.count.add(`pooler: ${name}`)
    await calmDown(scene, doors, resident)
  }
}

/** Starts the pooler again when it has ended by itself, as the machine's supervisor does. */
export async function keepRunning(
  scene: Scene,
  bouncer: PgBouncer,
  doors: readonly Door[],
  resident: Resident,
  more: () => boolean,
): Promise<void> {
  for (; more(); await sleep(20)) {
    if (scene.trouble !== undefined || isAlive(bouncer.pid)) continue
    scene.trouble = 'PgBouncer died of a neighbour'
    scene.count.add(`pooler: ${scene.trouble} (${scene.title})`)
    await bouncer.restart()
    await calmDown(scene, doors, resident)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function calmDown(scene: Scene, doors: readonly Door[], resident: Resident): Promise<void> {
  await Promise.all(doors.map((door) => recovered(scene, door, resident)))
  // Calls that began before come to their end.
  await sleep(1_000)
  scene.trouble = undefined
}

async function recovered(scene: Scene, door: Door, { id }: Resident): Promise<void> {
  const sinceMs = performance.now()
  for (;;) {
    const again = await door.query(id, 'select 1 as one', []).then(
      () => true,
      () => false,
    )
    const tookMs = Math.round(performance.now() - sinceMs)
    scene.longest.recovery = Math.max(scene.longest.recovery, tookMs)
    if (again && tookMs <= recoveryMs) return
    if (tookMs > recoveryMs) {
      scene.count.find({
        harm: harms.late,
        where: `${scene.title}, after: ${scene.trouble}`,
        saw: `no call succeeded for ${tookMs} ms`,
      })
      return
    }
    await sleep(10)
  }
}

/** The console knows the simple protocol alone. */
export async function tell<Row extends pg.QueryResultRow>({ adminUrl }: PgBouncer, command: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(command)).rows
  } finally {
    await client.end()
  }
}
