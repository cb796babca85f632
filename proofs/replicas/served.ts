/** Which servers answered the reads of tenants, as the nodes count them. */
import type { Stage } from './stage.ts'

export interface Served {
  readonly replica: number
  readonly primary: number
  /** Why reads went to the primary. */
  readonly reasons: ReadonlyMap<string, number>
}

export async function served({ nodes }: Pick<Stage, 'nodes'>): Promise<Served> {
  const texts = await Promise.all(nodes.map((node) => node.metrics()))
  const roles = sumBy(texts, /^rowhouse_reads_total\{.*role="(\w+)".*\} (\d+)/gm)
  return {
    replica: roles.get('replica') ?? 0,
    primary: roles.get('primary') ?? 0,
    reasons: sumBy(texts, /^rowhouse_replica_fallbacks_total\{.*reason="([\w ]+)".*\} (\d+)/gm),
  }
}

function sumBy(texts: readonly string[], samples: RegExp): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [, label, value] of texts.flatMap((text) => [...text.matchAll(samples)])) {
    sums.set(label!, (sums.get(label!) ?? 0) + Number(value))
  }
  return sums
}
