import assert from 'node:assert/strict'
import type { Tenant } from '@rowhouse/tenancy'
import { itemId } from './rows.ts'

/** One row to be read: whose, and which. */
export interface Probe {
  readonly tenant: Tenant
  readonly id: string
  readonly number: number
}

/** Any tenant, any row, in an order that is the same in every run; drawn beforehand, so that drawing costs no side. */
export function createProbes(tenants: readonly Tenant[], rows: number): () => Probe {
  let seed = 20_260_101
  const below = (limit: number) => {
    // A linear congruential generator (Numerical Recipes): its high bits are good enough for picking rows.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * limit)
  }
  const drawn = Array.from({ length: 16_384 }, (): Probe => {
    const number = below(rows) + 1
    return { tenant: tenants[below(tenants.length)]!, id: itemId(number), number }
  })
  let at = 0
  return () => drawn[(at = (at + 1) % drawn.length)]!
}

/** The right row of the right tenant. */
export function checkRow(row: Record<string, unknown> | undefined, tenantId: unknown, probe: Probe): void {
  if (row && row.number === probe.number && row.id === probe.id && tenantId === probe.tenant.id) return
  assert.fail(`A wrong answer for item ${probe.number} of ${probe.tenant.slug}: ${JSON.stringify(row)}`)
}
