import { expect, test } from 'vitest'
import { benchDoor } from './door.ts'

const small = {
  tenants: { shared: 8, schema: 2, database: 2 },
  rows: { shared: 200, schema: 100, database: 100 },
}

/** Every unit checks its answer and throws when it is wrong, so that a run that ends has read the right rows. */
test(
  'measures every tier, every side, and over a slow network, and every answer is right',
  { timeout: 60_000 },
  async () => {
    const { figures, details } = await benchDoor(small, { rounds: 2, sliceMs: 20 }, () => {})
    expect(figures).toMatch(/^shared tier, 1 in flight, door by text \d+\.\d\d of at least 0\.6 · /)
    const measured = Object.entries(details.measured)
    expect(measured.map(([what]) => what)).toEqual([
      'shared tier, 1 in flight',
      'shared tier, 16 in flight',
      'database tier, 1 in flight',
      'database tier, 16 in flight',
      'schema tier, 1 in flight',
      'schema tier, 16 in flight',
      'schema tier, names, 1 in flight',
      'schema tier, names, 16 in flight',
      '1 ms of network, 1 in flight',
      '1 ms of network, 16 in flight',
      '1 ms of network, read and change, 1 in flight',
      'shared tier, PgBouncer 1.24, 1 in flight',
      'shared tier, PgBouncer 1.24, 16 in flight',
      'shared tier, PgBouncer 1.18, 1 in flight',
      'shared tier, PgBouncer 1.18, 16 in flight',
      'read, 16 in flight',
      'insert, 16 in flight',
      'read and change, 16 in flight',
    ])
    for (const [, { units }] of measured) expect(Math.min(...Object.values(units))).toBeGreaterThan(0)
    // Each flight of 1 ms takes 1 ms: the proxy is in the way of both sides.
    const delayed = details.measured['1 ms of network, 1 in flight']!
    for (const rates of Object.values(delayed.perSecond)) expect(Math.max(...rates)).toBeLessThan(1_000)
  },
)
