/** A superuser compares all rows of all tenants with what is known of them. */
import type { Count } from '../count.ts'
import { type Ground, houses } from './ground.ts'
import { harms } from './scene.ts'
import type { Row } from './resident.ts'

export async function inspect({ deployed, residents }: Ground, title: string, count: Count): Promise<void> {
  for (const inhabitants of houses(residents)) {
    const { databaseName, schemaName } = inhabitants[0]!.placement
    const rows = await deployed.admin<Row & { tenantId: string }>(
      databaseName,
      `select tenant_id as "tenantId", name, canary, body, amount from ${schemaName}.canaries order by name collate "C"`,
    )
    count.add('rows compared at the end', rows.length)
    const there = Map.groupBy(rows, ({ tenantId }) => tenantId)
    for (const { id, label, rows: known, perhaps } of inhabitants) {
      const seen = JSON.stringify(
        (there.get(id) ?? []).map(({ name, canary, body, amount }) => ({ name, canary, body, amount })),
      )
      there.delete(id)
      if ([known, perhaps?.rows].some((right) => right && JSON.stringify(right) === seen)) continue
      const saw = `known ${JSON.stringify(known)}, there ${seen}`
      count.find({ harm: harms.changed, where: `${title}, ${label}, at the end`, saw })
    }
    for (const [id, { length }] of there) {
      count.find({
        harm: harms.changed,
        where: `${title}, ${databaseName}.${schemaName}`,
        saw: `${length} rows of ${id}`,
      })
    }
  }
}
