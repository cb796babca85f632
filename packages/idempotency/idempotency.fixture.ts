/** A deployment whose tenants write notes, nodes that do so with a key, and one that is killed while it does. */
import { createHash, randomBytes } from 'node:crypto'
import type { KeyedRequest } from '@rowhouse/http'
import { armCrashPoint, RowhouseError } from '@rowhouse/kernel'
import type { Deployment, Execute } from '@rowhouse/tenancy'
import { deploy, type Deployed, type NodeOptions, openNode } from '../tenancy/deployment.fixture.ts'
import { type WireTap, wireTap } from '../tenancy/wire-tap.fixture.ts'
import { createOnce, idempotencyMigrations } from './idempotency.ts'

export const sealKey = createHash('sha256').update('seal').digest()

/** One node, with a memory of its own of what it carries out. */
export function openOnce(
  deployed: Pick<Deployed, 'names' | 'applicationUrl' | 'doorKey'>,
  options: NodeOptions & { readonly sealKeys?: readonly Buffer[] } = {},
) {
  const { sealKeys = [sealKey], ...node } = options
  const { door, stop } = openNode(deployed, node)
  return { door, stop, once: createOnce({ door, table: 'rowhouse.idempotency_keys', sealKeys }) }
}

export type OnceNode = ReturnType<typeof openOnce>

export interface Scene {
  readonly deployed: Deployed
  /** On the way to the database of the node `here`. */
  readonly tap: WireTap
  readonly here: OnceNode
  readonly there: OnceNode
  /** How many notes of a tenant there are whose names begin so. */
  notes(tenantId: string, beginning: string): Promise<number>
  stop(): Promise<void>
}

/** Two nodes. Who waits for a key gives up sooner than in earnest, and a transaction in which nothing happens ends sooner. */
export async function openScene(adminUrl: string): Promise<Scene> {
  const deployed = await deploy(adminUrl, { databases: [idempotencyMigrations] })
  for (const setting of [`lock_timeout = '700ms'`, `idle_in_transaction_session_timeout = '2s'`]) {
    await deployed.admin('postgres', `alter role ${deployed.names.application} set ${setting}`)
  }
  const tap = await wireTap(deployed.applicationUrl)
  const here = openOnce(deployed, { url: tap.url })
  const there = openOnce(deployed)
  return {
    deployed,
    tap,
    here,
    there,
    async notes(tenantId, beginning) {
      const select = 'select id from notes where starts_with(id, $1)'
      return (await there.door.query(tenantId, select, [beginning])).rows.length
    },
    async stop() {
      await Promise.all([here.stop(), there.stop()])
      tap.close()
    },
  }
}

export const inFlight = { code: 'http.idempotency_in_flight', status: 409 }

const digest = (text: string) => createHash('sha256').update(text).digest()

/** What the HTTP server would make of a request with this key and this body. */
export const request = (key: string, body = ''): KeyedRequest => ({
  keyHash: digest(`key ${key}`),
  requestHash: digest(`request ${body}`),
  answer: (result) => ({ status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) }),
  refusal: (error) =>
    error instanceof RowhouseError && error.status < 500
      ? { status: error.status, headers: {}, body: `${error.code} ${randomBytes(8).toString('hex')}` }
      : null,
})

/** Writes a note, and answers with what nobody could guess. */
export const write =
  (note: string, before: () => Promise<void> = async () => {}) =>
  async (execute: Execute) => {
    await execute('insert into notes (id) values ($1)', [note])
    await before()
    return { note, secret: randomBytes(16).toString('hex') }
  }

export interface Crash {
  readonly names: Deployment
  readonly applicationUrl: string
  /** Hexadecimal. */
  readonly doorKey: string
  readonly tenantId: string
  readonly note: string
  readonly crashAt: string
}

/** `node idempotency.fixture.ts '<Crash as JSON>'` writes a note with its name as key, and is killed on the way. */
if (import.meta.main) {
  const { crashAt, tenantId, note, doorKey, ...where } = JSON.parse(process.argv[2]!) as Crash
  armCrashPoint(crashAt)
  const { once } = openOnce({ ...where, doorKey: Buffer.from(doorKey, 'hex') })
  await once.run(tenantId, request(note), write(note))
}
