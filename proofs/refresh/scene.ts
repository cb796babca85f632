/** Two nodes on one database, people who sign in there, and an administrator who looks at what is kept. */
import { createHash } from 'node:crypto'
import { urlOf } from '@rowhouse/tenancy'
import pg from 'pg'
import type { Count } from '../count.ts'
import type { NodeOptions } from '../nodes/node.ts'
import { requestBytes } from '../nodes/request.ts'
import type { Site } from '../nodes/site.ts'
import type { Random } from '../random.ts'
import { createFamily, type Family, harms, sessionOf } from './family.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { type Outcome, lost, refreshRequest, renew } from './outcome.ts'
import { type Person, signIn, signUp } from './people.ts'
import { openPlace, type Place } from './place.ts'

export interface Scene {
  readonly places: readonly [Place, Place]
  readonly count: Count
  readonly lanes: Lanes
  readonly signal: AbortSignal
  newFamily(where: string, random: Random): Promise<Family>
  /** A family whose member nobody else is. */
  newcomer(where: string): Promise<{ readonly family: Family; readonly person: Person }>
  /** Renews as a client does that wants an answer: again, and elsewhere, while there is none. */
  settle(place: Place, token: string): Promise<Outcome>
  /** Renews and expects it: an honest client is at work. @returns false when the session is over, which is found or excused */
  expectRenewal(family: Family, place: Place, token: string, where: string, sinceMs: number): Promise<boolean>
  /** Every token of it is refused everywhere, and it is kept as ended. */
  expectDead(family: Family, where: string): Promise<void>
  /** Its newest token is the live one, as it is kept and as it is answered. */
  expectAlive(family: Family, where: string): Promise<void>
  kept(family: Family): Promise<{ readonly ended: boolean; readonly live: string }>
  /** As an administrator, in the database of pooled tenants. */
  removeMember(person: Person): Promise<void>
  close(): Promise<void>
}

/** What the platform promises, in milliseconds. */
export const windowMs = 10_000

export interface SceneOptions {
  readonly count: Count
  readonly signal: AbortSignal
  readonly people: number
  /** Of the nodes, in order. */
  readonly nodes?: readonly [NodeOptions, NodeOptions]
  /** Their clocks agree within what access tokens allow. */
  readonly sameTime?: boolean
}

export async function openScene(
  site: Site,
  { count, signal, people: many, nodes = [{}, {}], sameTime = true }: SceneOptions,
): Promise<Scene> {
  const label = (opened += 1)
  const places = [await openPlace(site, `${label}a`, nodes[0]), await openPlace(site, `${label}b`, nodes[1])] as const
  const origin = () => `http://127.0.0.1:${places[0].port}`
  const people: Person[] = []
  while (people.length < many) people.push(await signUp(origin()))
  const [control, houses] = [site.controlUrl, urlOf(site.controlUrl, site.names.sharedDatabase)].map(
    (connectionString) => new pg.Pool({ connectionString, max: 2 }).on('error', () => {}),
  ) as [pg.Pool, pg.Pool]

  async function settle(place: Place, token: string): Promise<Outcome> {
    const other = places.find((each) => each !== place)!
    let outcome: Outcome = { kind: 'unknown' }
    for (let attempt = 0; attempt < 40 && isOpen(outcome); attempt += 1) {
      signal.throwIfAborted()
      const at = attempt % 2 === 0 ? place : other
      outcome = await at.lend(1, ([connection]) => renew(connection!, refreshRequest(token))).catch(lost)
      count.add('refreshes')
      if (isOpen(outcome)) count.add('asked again, because there was no answer')
    }
    return outcome
  }

  async function kept(family: Family) {
    const { tenantId, sessionId } = sessionOf(family)
    const { rows } = await control.query<{ revoked_at: string | null; token_hash: Buffer }>(
      'select revoked_at, token_hash from control.sessions where tenant_id = $1 and id = $2',
      [tenantId, sessionId],
    )
    return { ended: rows[0]!.revoked_at !== null, live: rows[0]!.token_hash.toString('hex') }
  }

  const scene: Scene = {
    places,
    count,
    lanes: createLanes(6),
    signal,
    settle,
    kept,

    async newFamily(where, random) {
      return createFamily(await signIn(origin(), random.pick(people)), where, count)
    },

    async newcomer(where) {
      const person = await signUp(origin())
      return { person, family: createFamily(person.first, where, count) }
    },

    async expectRenewal(family, place, token, where, sinceMs) {
      const outcome = await settle(place, token)
      if (outcome.kind === 'renewed') {
        family.receive(token, outcome.tokens)
        return true
      }
      // The window is the platform's, and this machine may be too busy for it.
      if (performance.now() - sinceMs > windowMs - 500) count.add('excused: asked again after the window')
      else count.find({ harm: harms.signedOut, where, saw: outcome.kind })
      return false
    },

    async expectDead(family, where) {
      count.add('families held dead')
      const shown = new Set([family.newest, family.tokens.at(-2) ?? family.newest, family.tokens[0]!])
      for (const place of places) {
        for (const token of shown) {
          const outcome = await settle(place, token)
          if (outcome.kind !== 'over') count.find({ harm: harms.alive, where, saw: `${outcome.kind} at ${place.name}` })
        }
      }
      if (!(await kept(family)).ended) count.find({ harm: harms.alive, where, saw: 'it is kept as open' })
    },

    async expectAlive(family, where) {
      count.add('families held alive')
      const { ended, live } = await kept(family)
      const told = createHash('sha256').update(family.newest).digest('hex')
      if (ended || live !== told) {
        count.find({
          harm: ended ? harms.signedOut : harms.wrong,
          where,
          saw: `ended ${ended}, live ${live}, told ${told}`,
        })
      }
      for (const place of sameTime ? places : []) {
        const bearer = { authorization: `Bearer ${family.accessToken}` }
        const answer = await place.lend(1, ([connection]) =>
          connection!.ask(requestBytes({ path: '/api/v1/tickets', headers: bearer })),
        )
        if (answer.status !== 200) count.find({ harm: harms.wrong, where, saw: `access token: ${answer.status}` })
      }
      await scene.expectRenewal(family, places[0], family.newest, where, performance.now())
    },

    async removeMember({ tenant, member }) {
      await houses.query('delete from pooled.members where tenant_id = $1 and id = $2', [tenant.id, member.id])
    },

    async close() {
      await Promise.all([control.end(), houses.end(), ...places.map((place) => place.kill())])
    },
  }
  return scene
}

let opened = 0

const isOpen = ({ kind }: Outcome) => kind === 'later' || kind === 'unknown'
