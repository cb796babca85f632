/** The door as the application opens it, with one connection for each database, and an ear on every connection. */
import { systemClock } from '@rowhouse/kernel'
import type { Door, Placement } from '@rowhouse/tenancy'
import type pg from 'pg'
import type { House, Tenancy, World } from './world.ts'

export interface Entrance {
  /** The door to the houses of one database, each tenant at its placement there. */
  to(house: House): Door
  /** The door for a tenant that the world does not list. */
  at(placement: Placement): Door
  /** What connections said beside results since the last call: notices, notifications, parameters, copied data. */
  overheard(): string
  /** How many connections were opened so far. */
  opened(): number
  close(): Promise<void>
}

export interface Way {
  /** The sound one, or a broken one. */
  readonly tenancy: Tenancy
  /** Settings that each connection starts with: `-c plan_cache_mode=force_generic_plan`. */
  readonly options?: string
  /** False to go in where start-up would refuse: what the hostile SQL finds is then asked by itself. */
  readonly verify?: boolean
}

export function openEntrance(world: World, { tenancy, options = '', verify = true }: Way): Entrance {
  const { names, doorKey, residents } = world
  const url = new URL(world.applicationUrl)
  if (options) url.searchParams.set('options', options)
  const pools = tenancy.createPools({
    connect: tenancy.connectAs({ url: url.href, verify: verify ? tenancy.verifyDatabase : async () => {} }),
    maxConnections: 1,
    acquireTimeoutMs: 10_000,
  })
  const heard: string[] = []
  const known = new WeakSet<object>()
  let opened = 0
  const listenOnce = (client: pg.Client) => {
    if (known.has(client)) return
    known.add(client)
    opened += 1
    listen(client, heard)
  }
  const listened: typeof pools = {
    ...pools,
    async borrow(databaseName, tenantId) {
      const loan = await pools.borrow(databaseName, tenantId)
      listenOnce(loan.client)
      return loan
    },
    lend: (databaseName, work, tenantId) =>
      pools.lend(
        databaseName,
        (client, doubt) => {
          listenOnce(client)
          return work(client, doubt)
        },
        tenantId,
      ),
  }
  const catalog = tenancy.createCatalog({ pools: listened, names, clock: systemClock })
  const proofs = tenancy.createProofs(doorKey, systemClock)
  const door = tenancy.openDoor({ pools: listened, catalog, proofs, holdMs: 50 })
  const control = door.at(() => tenancy.controlPlacement(names))
  // Placements are given, not looked up: a broken door must not hide behind the catalog.
  const homes = door.at((tenantId) => residents.find(({ id }) => id === tenantId)!.placement)
  return {
    to: ({ databaseName }) => (databaseName === names.controlDatabase ? control : homes),
    at: (placement) => door.at(() => placement),
    overheard: () => heard.splice(0).join('\n'),
    opened: () => opened,
    close: () => pools.stop(),
  }
}

function listen(client: pg.Client, heard: string[]): void {
  const { connection } = client as pg.Client & { readonly connection: NodeJS.EventEmitter }
  const hear = (message: object) => heard.push(JSON.stringify({ ...message, ...textOf(message) }))
  for (const event of ['notice', 'notificationResponse', 'parameterStatus']) connection.on(event, hear)
  connection.on('copyData', ({ chunk }: { chunk: Buffer }) => heard.push(chunk.toString('utf8')))
}

/** The words of an error or notice are not enumerable. */
const textOf = (message: object) => ('message' in message ? { message: message.message } : {})
