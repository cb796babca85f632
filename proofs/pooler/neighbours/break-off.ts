/** Cancels, and leaves in the middle of everything. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { serialize } from 'pg-protocol'
import type { Move, RawClient } from './neighbour.ts'

/** At once, while it runs, or when it is over and its session is somebody else's. */
export const cancel: Move = async ({ scene, random, client }) => {
  const mine = await client()
  const query = mine.query(random.pick(['select pg_sleep(0.01)', 'select 1', slow, `${slow}; ${slow}`])).catch(() => {})
  const when = random.pick(['at once', 'meanwhile', 'afterwards'])
  if (when === 'meanwhile') await sleep(random.int(12))
  if (when === 'afterwards') await query
  const times = random.pick([1, 1, 3])
  scene.count.add('cancel requests', times)
  await Promise.all(Array.from({ length: times }, () => requestCancel(scene.port, mine)))
  await query
}

/** Some 10 ms of work. */
const slow = 'select count(*) from generate_series(1, 40000)'

/**
 * PostgreSQL documentation, "Canceling Requests in Progress". Whoever asks waits for the end of that connection, as libpq does:
 * PgBouncer 1.18 dies of one who does not.
 */
async function requestCancel(port: number, { processID, secretKey }: RawClient): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80_877_102, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  const socket = connect({ port, host: '127.0.0.1', timeout: 5_000 })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket
    .on('error', () => {})
    .on('timeout', () => socket.destroy())
    .resume()
    .write(message)
  await closed
}

/** Gone in the middle of a message, of a flight, of a transaction, of an answer; sometimes with a cancel behind it. */
export const hangUp: Move = async ({ scene, random, client, leave }) => {
  const mine = await client()
  const { stream } = mine.connection
  const write = (...messages: Buffer[]) => stream.write(Buffer.concat(messages))
  random.pick([
    () => write(serialize.query('select 1').subarray(0, 7)),
    () => write(serialize.parse({ text: 'select 1' })),
    () => write(serialize.parse({ name: 'left', text: 'select 1' }), serialize.bind({ statement: 'left' })),
    () => write(serialize.parse({ text: slow }), serialize.bind(), serialize.execute()),
    () => write(serialize.query('begin; set local statement_timeout = 1')),
    () => write(serialize.query(`begin; set search_path = pg_catalog; set rowhouse.tenant = 'x'`)),
    () => write(serialize.query(`select repeat('x', 1000) from generate_series(1, 2000)`)),
    () => write(serialize.query(`copy (select repeat('x', 1000) from generate_series(1, 2000)) to stdout`)),
    () => write(serialize.query('copy canaries from stdin')),
    () => write(serialize.query(slow)),
  ])()
  await sleep(random.int(15))
  scene.count.add('clients that left in the middle')
  leave()
  if (random.chance(0.3)) await requestCancel(scene.port, mine)
}
