/** What every part of the proof acts on: the running platform, its tenants, and an ear that knows whose is what. */
import type { Random } from '../random.ts'
import type { ApiOperation } from './api.ts'
import { type Answer, ask, comparable, comparableMade, isSuccess, type Question, wholeText } from './ask.ts'
import { idsIn, type Lookout } from './lookout.ts'
import type { Platform } from './platform.ts'
import { forget, remember, type Resident } from './residents.ts'
import type { Tally } from './tally.ts'

export interface Size {
  /** How many tenants of each tier attack. */
  readonly attackers: number
  /** How many others each of them asks about, at most. */
  readonly victims: number
  /** Pairs of each timed operation. */
  readonly timings: number
  /** Of the names of headers and fields that are tried, every first, second … one. */
  readonly everyName: number
}

/** A request that carries something of another tenant, or of nobody. */
export interface Attempt {
  readonly question: Question
  /** The values that it carries: an answer or a line of the log may hold them because of that. */
  readonly sent: readonly string[]
}

export interface Heard {
  readonly answer: Answer
  readonly sent: readonly string[]
}

export interface Scene extends SceneParts {
  /** What each request carried of others, by its id. */
  readonly sent: Map<string, readonly string[]>
  /** Operations that have succeeded for somebody, and places in which others' values were tried: `tickets.show /id`. */
  readonly covered: Set<string>
  /** Asks, and searches the answer for what is another tenant's. `null`: nobody in particular. */
  hear(who: Resident | null, where: string, attempt: Attempt): Promise<Heard>
  /** A tenant's own request, which must succeed unless it is only tried out: what its answer tells of is the tenant's. */
  own(who: Resident, where: string, question: Question, how?: 'tried out'): Promise<Heard>
  /** `fetch` for the typed client, in the ear's hearing, as `own`. */
  fetchAs(who: Resident): typeof fetch
  /** Reports two answers that differ. With `made`, but for what was made anew. */
  same(where: string, one: Heard, other: Heard, how?: 'made'): void
}

export interface SceneParts {
  readonly platform: Platform
  readonly api: readonly ApiOperation[]
  readonly residents: readonly Resident[]
  readonly lookout: Lookout
  readonly tally: Tally
  readonly random: Random
  readonly size: Size
  readonly signal: AbortSignal
}

export function createScene(parts: SceneParts): Scene {
  const { platform, api, lookout, tally, signal } = parts
  const sentBy = new Map<string, readonly string[]>()
  const covered = new Set<string>()

  function search(who: Resident | null, where: string, { answer, sent }: Heard): void {
    if (sent.length > 0) sentBy.set(answer.requestId, sent)
    tally.check('answers searched')
    const [foreign] = lookout
      .seen(wholeText(answer))
      .filter(({ owner, word }) => owner !== who?.slug && !sent.some((value) => value.includes(word)))
    if (foreign) tally.find('seen', where, `${foreign.word} of ${foreign.owner} in the answer ${answer.status}`)
    if (answer.status >= 500) tally.find('failed', where, `${answer.status} ${answer.body.slice(0, 300)}`)
  }

  function searchOwn(
    who: Resident,
    where: string,
    { method, path }: Question,
    answer: Answer,
    how?: 'tried out',
  ): void {
    search(who, where, { answer, sent: [] })
    tally.check('own requests')
    if (!isSuccess(answer)) {
      const saw = `${answer.status} ${answer.body.slice(0, 300)}`
      if (how === undefined) tally.find('refused', `${where}, by ${who.slug} (${who.tier})`, saw)
      return
    }
    const operation = api.find((one) => one.method === method && one.matches(path))
    if (operation) covered.add(operation.name)
    lookout.claim(who.slug, idsIn(answer.body.replaceAll(answer.requestId, '')))
    if (method === 'DELETE') forget(who, idsIn(path))
    else if (answer.body !== '') remember(who, collectionOf(path), JSON.parse(answer.body))
  }

  return {
    ...parts,
    sent: sentBy,
    covered,

    async hear(who, where, { question, sent }) {
      signal.throwIfAborted()
      const heard = { sent, answer: await ask(platform.origin, question) }
      search(who, where, heard)
      return heard
    },

    async own(who, where, question, how) {
      signal.throwIfAborted()
      const answer = await ask(platform.origin, question)
      searchOwn(who, where, question, answer, how)
      return { sent: [], answer }
    },

    fetchAs: (who) => async (input, init) => {
      const request = new Request(input, init)
      const response = await fetch(request)
      const body = await response.text()
      const { status, headers } = response
      const answer = { status, body, headers: [...headers], requestId: headers.get('x-request-id') ?? '' }
      const { pathname, search: query } = new URL(request.url)
      const question = { method: request.method, path: pathname + query }
      searchOwn(who, `life: ${request.method} ${pathname}`, question, answer)
      return new Response(body === '' ? null : body, { status, headers })
    },

    same(where, one, other, how) {
      const form = how === 'made' ? comparableMade : comparable
      const [a, b] = [form(one.answer, one.sent), form(other.answer, other.sent)]
      tally.check('pairs compared')
      if (a !== b) tally.find('told', where, difference(a, b))
    },
  }
}

/** `/api/v1/tickets/019a…/comments?limit=1` is about comments. */
const collectionOf = (path: string): string =>
  path
    .split('?')[0]!
    .split('/')
    .findLast((part) => /^[a-z-]+$/.test(part)) ?? ''

/** From where the two part, a line of each. */
function difference(one: string, other: string): string {
  const [a, b] = [one.split('\n'), other.split('\n')]
  const at = a.findIndex((line, index) => line !== b[index])
  const line = (lines: readonly string[]) => (lines[at] ?? '').slice(0, 300)
  return `${a[0]}: ${line(a)} | ${b[0]}: ${line(b)}`
}
