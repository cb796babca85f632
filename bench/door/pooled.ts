/** The door through PgBouncer, beside the door without it and beside a read by hand through the same PgBouncer. */
import { pgbouncer118, pgbouncer124, startPgBouncer } from '@rowhouse/testing'
import type { Side } from '../measure.ts'
import type { Compare } from './door.ts'
import type { Probe } from './probes.ts'
import * as reads from './sides.ts'
import { poolSize, type Stage } from './stage.ts'

/** 1.24 knows named statements, 1.18 does not: there both sides go without. */
export async function benchPooled(stage: Stage, next: () => Probe, compare: Compare): Promise<void> {
  const direct = stage.openDoor(stage.applicationUrl)
  try {
    for (const pgbouncer of [pgbouncer124, pgbouncer118]) {
      const bouncer = await startPgBouncer(pgbouncer, {
        target: stage.adminUrl,
        logins: [stage.applicationUrl, stage.byHandUrl].map(loginOf),
        defaultPoolSize: poolSize,
      })
      const { door, pools } = stage.openDoor(at(bouncer.port, stage.applicationUrl))
      const hand = reads.createHandPools(at(bouncer.port, stage.byHandUrl))
      try {
        const byHand = pgbouncer === pgbouncer124 ? reads.byHandNamed(hand, next) : reads.byHandUnnamed(hand, next)
        const sides = [
          called('door', reads.doorByText(door, next)),
          called('by hand', byHand),
          called('door without PgBouncer', reads.doorByText(direct.door, next)),
        ]
        for (const inFlight of [1, 16]) {
          await compare(`shared tier, ${pgbouncer.title}`, inFlight, sides, [
            ['door', 'by hand'],
            ['door', 'door without PgBouncer'],
          ])
        }
      } finally {
        await Promise.all([pools.stop(), hand.stop()])
        await bouncer.stop()
      }
    }
  } finally {
    await direct.pools.stop()
  }
}

const called = (name: string, side: Side): Side => ({ ...side, name })

const loginOf = (url: string) => {
  const { username, password } = new URL(url)
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}

function at(port: number, url: string): string {
  const other = new URL(url)
  other.port = String(port)
  return other.href
}
