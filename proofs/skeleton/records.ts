/** A18: what the platform writes down of it all. No canary stands anywhere in it, and no line speaks of two tenants. */
import type { Scene } from './scene.ts'

interface Line {
  readonly tenant?: string
  readonly requestId?: string
}

/** Whatever has been logged. */
export function searchLog({ platform, ...scene }: Scene, lines = platform.log()): void {
  for (const line of lines) {
    if (line === '') continue
    scene.tally.check('lines of the log searched')
    const { tenant, requestId } = line.startsWith('{') ? (JSON.parse(line) as Line) : {}
    searchRecord(scene, 'log', line, tenant, requestId)
  }
  for (const line of platform.databaseLog().split('\n')) {
    scene.tally.check('lines of the database’s log searched')
    searchRecord(scene, 'database’s log', line, undefined, undefined)
  }
}

interface Span {
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

/** Complete once the platform has stopped. */
export function searchSpans({ platform, ...scene }: Scene): void {
  for (const span of platform.spans()) {
    scene.tally.check('spans searched')
    const { attributes } = JSON.parse(span) as Span
    const attribute = (name: string) => attributes.find(({ key }) => key === name)?.value.stringValue
    searchRecord(scene, 'trace', span, attribute('rowhouse.tenant'), attribute('rowhouse.request_id'))
  }
}

/** Metrics are of all tenants together: nobody's id is in there, not even the caller's. */
export async function searchMetrics({ platform, lookout, tally }: Scene): Promise<void> {
  for (const line of (await platform.metrics()).split('\n')) {
    tally.check('lines of the metrics searched')
    for (const { word, owner } of lookout.seen(line)) tally.find('seen', 'metrics', `${word} of ${owner} in ${line}`)
  }
}

type Searching = Pick<Scene, 'lookout' | 'tally' | 'residents' | 'sent'>

function searchRecord(
  { lookout, tally, residents, sent }: Searching,
  kind: string,
  text: string,
  tenantId: string | undefined,
  requestId: string | undefined,
): void {
  const carried = (requestId && sent.get(requestId)) || []
  const subject = residents.find(({ id }) => id === tenantId)?.slug
  const sights = lookout.seen(text)
  const wrong = sights.filter(
    ({ word, owner }) =>
      word.startsWith('cnry') ||
      (owner !== (subject ?? sights[0]!.owner) && !carried.some((value) => value.includes(word))),
  )
  for (const { word, owner } of wrong) tally.find('seen', kind, `${word} of ${owner} in ${text.slice(0, 400)}`)
}
