/** A deployment whose tenants write notes, and requests to do so with a key. */
import { createHash, randomBytes } from 'node:crypto'
import type { KeyedRequest } from '@rowhouse/http'
import { RowhouseError } from '@rowhouse/kernel'
import type { Execute } from '@rowhouse/tenancy'
import { deploy, type Deployed, type NodeOptions, openNode } from '../tenancy/deployment.fixture.ts'
import { createOnce, idempotencyMigrations } from './idempotency.ts'

export { tiers } from '../tenancy/deployment.fixture.ts'

export const sealKey = randomBytes(32)

export const deployNotes = (adminUrl: string): Promise<Deployed> =>
  deploy(adminUrl, { databases: [idempotencyMigrations] })

/** One node, with its own memory of what it carries out. */
export function onceNode(
  deployed: Pick<Deployed, 'names' | 'applicationUrl' | 'doorKey'>,
  options: NodeOptions = {},
  sealKeys = [sealKey],
) {
  const node = openNode(deployed, options)
  return { ...node, once: createOnce({ door: node.door, table: 'rowhouse.idempotency_keys', sealKeys }) }
}

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

/** Writes a note and answers with what nobody could guess. */
export const writeNote =
  (id: string, before: () => Promise<void> = async () => {}) =>
  async (execute: Execute) => {
    await execute('insert into notes (id) values ($1)', [id])
    await before()
    return { id, secret: randomBytes(16).toString('hex') }
  }
