/** I7 and I8: leaves things in the sessions of the pooler. */
import { createHash } from 'node:crypto'
import { serialize } from 'pg-protocol'
import { leftovers as known, type Leftovers } from '../../../packages/tenancy/leftovers.fixture.ts'
import { readAll } from '../steps.ts'
import { exchange } from './exchange.ts'
import type { Move } from './neighbour.ts'

/** Besides those of the unit test: what a session must survive under load. */
const more: Leftovers = {
  'timeouts of the server’s own': ['set transaction_timeout = 1', 'set idle_session_timeout = 1'],
  'the door, prepared by others': Array.from({ length: 30 }, (_, at) => `PGBOUNCER_${at}`).flatMap((name) => [
    `deallocate "${name}"`,
    `prepare "${name}" (uuid, bytea) as select 1 as one`,
  ]),
  'everything discarded': ['discard all'],
  'all statements gone, behind another statement': ['select 1; deallocate all'],
  'a transaction that failed': ['begin', 'select 1 / 0', 'rollback'],
  'all of it local to a transaction': [
    'begin',
    `set local rowhouse.tenant = 'OTHER'`,
    'set local search_path = pg_catalog',
    'set constraints all deferred',
    'commit',
  ],
  'a prepared transaction': ['begin', `prepare transaction 'left'`],
  'an owner of settings': [`set session characteristics as transaction isolation level repeatable read, read only`],
  roles: ['set role none', 'set local role none', 'reset role', `set session authorization default`],
}

export const leftovers: Leftovers = { ...known, ...more }

/** One of them, with the id of somebody whom it knows. Some go at once, others stay for their next move. */
export const planting =
  (which: readonly string[] = Object.keys(leftovers)): Move =>
  async ({ scene, random, ask, leave }) => {
    const name = random.pick(which)
    const { id } = random.pick(scene.ground.known)
    for (const statement of leftovers[name]!) await ask(statement.replaceAll('OTHER', id)).catch(() => {})
    scene.count.add('leftovers planted')
    if (random.chance(0.3)) leave()
  }

/**
 * A statement of its own by the very name that the door gives to a tenant's: it is made of the text, which everybody can
 * read. By the protocol, so that SQL has prepared nothing.
 */
export const plantByProtocol: Move = async ({ scene, client }) => {
  const { text } = readAll({ rows: [] })
  const name = `rh_${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`
  const messages = [serialize.close({ type: 'S', name }), serialize.parse({ name, text: impostor }), serialize.sync()]
  await exchange(await client(), messages)
  scene.count.add('leftovers planted')
}

const impostor = `select 'other' as name, 'other' as canary, 'other' as body, 1 as amount`
