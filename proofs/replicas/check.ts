/** Holds what callers were told against the tables of the primary, when all is quiet. */
import { checkCommands, checkEffects, checkWhole } from '../kills/check.ts'
import { openDatabase, settleEvents } from '../kills/database.ts'
import { readHouse } from '../kills/house.ts'
import type { Stage } from './stage.ts'

export const lost = 'not as it was answered'

export async function check(stage: Stage, primaryUrl: string): Promise<void> {
  const { count, record, site, tenants } = stage
  const database = openDatabase(primaryUrl, site.names)
  try {
    const find = (where: string, saw: string) => count.find({ harm: lost, where, saw })
    for (const waiting of await settleEvents(database, 60_000)) find('events', waiting)
    for (const tenant of tenants) {
      const house = await readHouse(database, tenant.id)
      const own = record.filter((command) => command.tenant === tenant)
      const unknown = own.filter(({ outcome }) => outcome === 'unknown')
      const faults = [...checkCommands(own, house), ...checkWhole(house), ...checkEffects(house)]
      for (const { kind, token } of unknown) find(`${tenant.tier} tier`, `${kind.name} ${token} is unknown to the end`)
      for (const fault of faults) find(`${tenant.tier} tier`, fault)
    }
    for (const { sent, outcome } of record) {
      count.add(`commands ${outcome}${sent > 1 ? ', sent more than once' : ''}`)
    }
  } finally {
    await database.close()
  }
}
