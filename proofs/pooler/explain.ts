/** Why a call failed that should not have: the pooler was in trouble, a neighbour was in its way, or there is no reason. */
import type { Resident, Rows } from './resident.ts'
import { harms, type Scene } from './scene.ts'

/** @param after the tenant's rows, should what was asked have happened all the same */
export function explain(
  scene: Scene,
  trouble: string | undefined,
  resident: Resident,
  what: string,
  error: unknown,
  after: Rows,
): void {
  const { count, title } = scene
  const code = codeOf(error)
  if (code === 'tenancy.outcome_unknown') {
    count.add('unknown outcomes')
    resident.perhaps = { rows: after, sinceMs: performance.now() }
  }
  const why = trouble ?? scene.trouble ?? 'because of neighbours'
  if (reasons.has(code))
    count.add(`calls that failed, ${why}: ${code}${(trouble ?? scene.trouble) ? '' : ` (${causeOf(error)})`}`)
  else if (isCancel(error)) count.add('calls that a neighbour cancelled')
  else
    count.find({
      harm: harms.unexplained,
      where: `${title}, ${resident.label}: ${what}`,
      saw: `${code} ${causeOf(error)}`,
    })
}

const reasons = new Set(['tenancy.database_unavailable', 'tenancy.pool_exhausted', 'tenancy.outcome_unknown'])

/** And not a timeout, which would be somebody's setting. */
const isCancel = (error: unknown): boolean => codeOf(error) === '57014' && causeOf(error).includes('user request')

export const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

/** The first words of the first cause, without what is another each time. */
function causeOf(error: unknown): string {
  const messages: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) messages.push(at.message)
  return messages.at(-1)!.slice(0, 120).replaceAll(/\d+/g, 'N')
}
