/** Two nodes on one database, people who sign in there, and an administrator who looks at what is kept. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Count } from '../count.ts'
import { type Answer, Lost } from '../nodes/connection.ts'
import type { NodeOptions } from '../nodes/node.ts'
import { requestBytes } from '../nodes/request.ts'
import type { Site } from '../nodes/site.ts'
import type { Random } from '../random.ts'
import { type Administrator, createAdministrator } from './administrator.ts'
import { createFamily, type Family, harms } from './family.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { type Outcome, outcomeOf, refreshRequest } from './outcome.ts'
import { type Person, signIn, signUp } from './people.ts'
import { openPlace, type Place } from './place.ts'

export interface Scene {
  readonly places: readonly [Place, Place]
  readonly count: Count
  readonly lanes: Lanes
  readonly signal: AbortSignal
  readonly administrator: Administrator
  newFamily(where: string, random: Random): Promise<Family>
  /** A family whose member nobody else is. */
  newcomer(where: string): Promise<{ readonly family: Family; readonly person: Person }>
  /** The answer of this node, or of the other when it gives none: what has no answer or 503 is asked again. */
  ask(place: Place, request: Buffer): Promise<Answer>
  /** Renews as a client does that wants an answer. */
  settle(place: Place, token: string): Promise<Outcome>
  /** Renews and expects it: an honest client is at work. @returns false when the session is over, which is found or excused */
  expectRenewal(family: Family, place: Place, token: string, where: string, sinceMs: number): Promise<boolean>
  /** Every token of it is refused everywhere, and it is kept as ended. */
  expectDead(family: Family, where: string): Promise<void>
  /** Its newest token is the live one, as it is kept and as it is answered. */
  expectAlive(family: Family, where: string): Promise<void>
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
  const administrator = createAdministrator(site)

  /** Answered, though a node may be down or the database away for a moment. */
  async function ask(place: Place, request: Buffer): Promise<Answer> {
    const other = places.find((each) => each !== place)!
    for (let attempt = 0; attempt < 100; attempt += 1) {
      signal.throwIfAborted()
      if (attempt > 0) count.add('asked again, because there was no answer')
      // In turns, and not at once when neither could answer.
      if (attempt > 0 && attempt % 2 === 0) await sleep(50)
      const at = attempt % 2 === 0 ? place : other
      const answer = await at.lend(1, ([connection]) => connection!.ask(request)).catch(unlessLost)
      if (answer && answer.status !== 503) return answer
    }
    throw new Error('No node answers')
  }

  async function settle(place: Place, token: string): Promise<Outcome> {
    count.add('refreshes')
    return outcomeOf(await ask(place, refreshRequest(token)))
  }

  const scene: Scene = {
    places,
    count,
    lanes: createLanes(6),
    signal,
    administrator,
    ask,
    settle,

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
      if (!(await administrator.kept(family)).ended) count.find({ harm: harms.alive, where, saw: 'it is kept as open' })
    },

    async expectAlive(family, where) {
      count.add('families held alive')
      const { ended, live } = await administrator.kept(family)
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
        const answer = await ask(place, requestBytes({ path: '/api/v1/tickets', headers: bearer }))
        if (answer.status !== 200) count.find({ harm: harms.wrong, where, saw: `access token: ${answer.status}` })
      }
      await scene.expectRenewal(family, places[0], family.newest, where, performance.now())
    },

    async close() {
      await Promise.all([administrator.leave(), ...places.map((place) => place.kill())])
    },
  }
  return scene
}

let opened = 0

function unlessLost(error: unknown): undefined {
  if (!(error instanceof Lost)) throw error
}
