/** Somebody with the application's login at the same pooler, who does one hostile thing after another. */
import { setTimeout as sleep } from 'node:timers/promises'
import { urlOf } from '@rowhouse/tenancy'
import pg from 'pg'
import { createRandom, type Random } from '../../random.ts'
import type { Scene } from '../scene.ts'
import type { Lookout } from './lookout.ts'

export interface Neighbour {
  readonly scene: Scene
  readonly random: Random
  /** A connection to one of the databases, mostly that of the many. */
  client(): Promise<RawClient>
  /** What it is answered does not matter: what it receives is searched. @returns rows, of a statement that succeeds */
  ask(text: string): Promise<Record<string, unknown>[]>
  /** The next move has another connection. */
  leave(): void
}

/** With what pg's types leave out. */
export type RawClient = pg.Client & {
  readonly processID: number
  readonly secretKey: number
  readonly connection: { readonly stream: { write(data: Buffer): void; destroy(): void } }
}

export type Move = (neighbour: Neighbour) => Promise<void>

/** Moves at random, until there is no `more` to do. */
export async function neighbourly(
  scene: Scene,
  lookout: Lookout,
  name: string,
  moves: readonly Move[],
  more: () => boolean,
): Promise<void> {
  const random = createRandom(scene.seed, `${scene.title} neighbour ${name}`)
  const { ground, port, count } = scene
  const url = new URL(ground.deployed.applicationUrl)
  url.port = String(port)
  let client: RawClient | undefined

  const neighbour: Neighbour = {
    scene,
    random,
    async client() {
      if (client) return client
      const { names } = ground.deployed
      const databaseName = random.chance(0.7)
        ? names.sharedDatabase
        : random.pick([names.controlDatabase, ...ground.databases])
      const opened = new pg.Client({
        connectionString: urlOf(url.href, databaseName),
        connectionTimeoutMillis: 5_000,
        query_timeout: 8_000,
      }) as RawClient
      const gone = () => {
        opened.connection.stream.destroy()
        if (client === opened) client = undefined
      }
      opened.on('error', gone).on('end', gone)
      lookout.listen(opened)
      await opened.connect()
      return (client = opened)
    },
    async ask(text) {
      count.add('statements of neighbours')
      const { rows } = await (await neighbour.client()).query<Record<string, unknown>>(text)
      return rows
    },
    leave() {
      client?.connection.stream.destroy()
      client = undefined
    },
  }

  try {
    while (more()) {
      scene.signal.throwIfAborted()
      // A refused connection, a query cut short, an error of the server's: all of it is expected here.
      await random
        .pick(moves)(neighbour)
        .catch(() => sleep(20))
      if (random.chance(0.1)) neighbour.leave()
      await sleep(random.int(20))
    }
  } finally {
    neighbour.leave()
  }
}
