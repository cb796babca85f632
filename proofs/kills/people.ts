/**
 * People who sign up, bring in a colleague and leave while nodes die. Who is not signed in has no Idempotency-Key: what such
 * a request makes has a name that is taken once (a slug, a token), and by that an unknown answer is settled.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Fleet } from './fleet.ts'
import type { Arrivals } from './newcomers.ts'
import { type Outcome, settle } from './send.ts'

export interface Person {
  readonly slug: string
  readonly email: string
  readonly colleague: string
  /** What they were told is done, and what they know. */
  signedUp: boolean
  accepted: boolean
  /** What was answered that must not be. */
  readonly faults: string[]
}

interface SignedIn {
  readonly accessToken: string
  readonly refreshToken: string
}

const password = 'correct horse battery staple, nine times'

/** From one address, within 15 minutes, 200 may sign up. */
const most = 150

/** One after the other while `goesOn`. */
export async function signUpAndLeave(
  fleet: Fleet,
  random: Random,
  { goesOn, givingUp }: Arrivals & { readonly goesOn: () => boolean },
): Promise<Person[]> {
  const people: Person[] = []
  while (goesOn() && people.length < most && !fleet.signal.aborted) {
    const slug = `p-${random.hex(16)}`
    const known = { signedUp: false, accepted: false }
    const person = { slug, email: `owner@${slug}.example`, colleague: `second@${slug}.example`, ...known, faults: [] }
    people.push(person)
    await live(fleet, person, random.chance(givingUp) ? 0 : undefined)
    await sleep(random.int(200))
  }
  return people
}

async function live(fleet: Fleet, person: Person, patienceMs: number | undefined): Promise<void> {
  const { slug, email, colleague } = person
  const newcomer = { email, password, name: slug, organization: slug, slug }
  const owner = await comeIn(fleet, person, email, await post(fleet, '/auth/sign-up', newcomer, { patienceMs }))
  if (!owner) return
  person.signedUp = true

  const renewed = await renew(fleet, person, owner)
  if (!renewed) return
  const bearer = renewed.accessToken
  const invitation = await post(fleet, '/api/v1/invitations', { email: colleague }, { bearer, key: colleague })
  if (!isDone(invitation)) return refused(person, 'inviting', invitation)
  const token = await letter(fleet, colleague, bearer)
  if (token === undefined) return void person.faults.push(`${colleague} got no invitation`)

  const acceptance = { token, name: 'Second', password }
  const second = await comeIn(fleet, person, colleague, await post(fleet, '/auth/invitations/accept', acceptance))
  if (!second) return
  person.accepted = true
  const out = await post(fleet, '/auth/sign-out', { refreshToken: second.refreshToken })
  if (out.answer && !isDone(out)) refused(person, 'signing out', out)
  const after = await post(fleet, '/auth/refresh', { refreshToken: second.refreshToken })
  if (isDone(out) && isDone(after)) person.faults.push(`${colleague} signed out, and the session went on`)
}

/** Who has come in by a request whose answer was lost is told so the next time, and signs in. */
async function comeIn(fleet: Fleet, person: Person, email: string, entry: Outcome): Promise<SignedIn | undefined> {
  if (isDone(entry)) return read<SignedIn>(entry)
  if (!entry.answer) return undefined
  const taken = ['tenancy.slug_taken', 'identity.invitation_not_found'].includes(codeOf(entry))
  const signIn = await post(fleet, '/auth/sign-in', { email, password, tenant: person.slug })
  if (isDone(signIn) && taken && entry.sent > 1) return read<SignedIn>(signIn)
  refused(person, `coming in as ${email}`, entry)
  return undefined
}

/** Sent again within ten seconds, the same token gives the same successor; after that the session may be over. */
async function renew(fleet: Fleet, person: Person, { refreshToken }: SignedIn): Promise<SignedIn | undefined> {
  const begun = performance.now()
  const renewal = await post(fleet, '/auth/refresh', { refreshToken })
  if (isDone(renewal)) return read<SignedIn>(renewal)
  if (performance.now() - begun < 9_000) refused(person, 'renewing the session', renewal)
  return undefined
}

/** Has the letter sent again by one node and read there: the first one may have died with the node that kept it. */
async function letter(fleet: Fleet, to: string, accessToken: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 50 && !fleet.signal.aborted; attempt += 1) {
    const origin = await fleet.origin()
    const ask = async <T>(path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
      const body = method === 'POST' ? { body: '{}' } : {}
      const response = await fetch(origin + path, { method, headers, ...body, signal: AbortSignal.timeout(20_000) })
      return (await response.json()) as { readonly items?: readonly T[] }
    }
    try {
      const { items: open } = await ask<{ id: string; email: string }>('/api/v1/invitations')
      await ask(`/api/v1/invitations/${open?.find(({ email }) => email === to)?.id}/resend`, 'POST')
      const { items: letters } = await ask<{ to: string; text: string }>('/mailbox.json')
      const token = letters?.find((sent) => sent.to === to)?.text.match(/rhi_[\w-]+/)?.[0]
      if (token !== undefined) return token
    } catch {
      // It died meanwhile.
    }
    await sleep(50)
  }
  return undefined
}

const post = (
  fleet: Fleet,
  path: string,
  body: unknown,
  { patienceMs, ...more }: { patienceMs?: number | undefined; bearer?: string; key?: string } = {},
) => settle(fleet, { method: 'POST', path, body, ...more }, patienceMs)

function refused({ faults }: Person, what: string, { answer, sent }: Outcome): void {
  if (answer) faults.push(`${what} was refused after ${sent} requests: ${answer.status} ${answer.body}`)
}

const isDone = ({ answer }: Outcome) => answer !== undefined && answer.status < 300
const read = <T>({ answer }: Outcome) => JSON.parse(answer!.body) as T
const codeOf = (outcome: Outcome) => read<{ code: string }>(outcome).code
