/** How many connections of a pool each tenant has, and may have. The platform itself, which is no tenant, has no bound. */
export interface Shares {
  /** How many more it may have. */
  roomOf(tenantId: string | undefined): number
  lend(tenantId: string | undefined): void
  giveBack(tenantId: string | undefined): void
}

export function createShares(maxPerTenant: number): Shares {
  const lent = new Map<string, number>()
  return {
    roomOf: (tenantId) => (tenantId === undefined ? Infinity : maxPerTenant - (lent.get(tenantId) ?? 0)),
    lend(tenantId) {
      if (tenantId !== undefined) lent.set(tenantId, (lent.get(tenantId) ?? 0) + 1)
    },
    giveBack(tenantId) {
      if (tenantId === undefined) return
      const rest = lent.get(tenantId)! - 1
      if (rest === 0) lent.delete(tenantId)
      else lent.set(tenantId, rest)
    },
  }
}
