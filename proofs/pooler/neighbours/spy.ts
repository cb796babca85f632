/** Looks into the sessions that tenants have used. Beside what is judged here the lookout searches all that it receives. */
import { serialize } from 'pg-protocol'
import { harms } from '../scene.ts'
import { exchange } from './exchange.ts'
import type { Move } from './neighbour.ts'

export const spy: Move = async (neighbour) => {
  const { random, scene } = neighbour
  scene.count.add('looks into sessions')
  await random.pick(looks)(neighbour)
}

/** The door's own settings: empty, or what a neighbour has planted. */
const lookAtSettings: Move = async ({ scene, ask }) => {
  const [row] = await ask(
    `select current_setting('rowhouse.tenant', true) as tenant, current_setting('rowhouse.seal', true) as seal,
       current_setting('search_path') as path, rowhouse.tenant_id() as admitted`,
  )
  const planted = scene.ground.known.map(({ id }) => id)
  const sound =
    [null, '', ...planted].includes(row!['tenant'] as string) &&
    [null, '', 'x'].includes(row!['seal'] as string) &&
    row!['admitted'] === null
  if (sound) return
  scene.count.find({ harm: harms.leaked, where: `${scene.title}, a neighbour`, saw: JSON.stringify(row) })
}

/** Without a proof nobody has rows, whatever was left. */
const lookAtRows: Move = async ({ scene, random, ask }) => {
  const text = random.pick([
    'select * from canaries',
    'select * from pooled.canaries',
    'select count(*) as n from canaries having count(*) > 0',
    'update canaries set amount = 0 returning *',
    'delete from canaries returning *',
    'insert into canaries (name, canary, body, amount) values (md5(random()::text), md5(random()::text), 1, 1) returning *',
    'fetch all from c',
    'fetch all from "<unnamed>"',
    'table rowhouse.residents',
    'table control.tenants',
  ])
  const rows = await ask(text)
  const harmless = rows.every((row) => JSON.stringify(Object.values(row)) === '[1]')
  if (harmless) return
  scene.count.find({ harm: harms.leaked, where: `${scene.title}, a neighbour: ${text}`, saw: JSON.stringify(rows) })
}

/** What else a session knows. */
const lookAround: Move = async ({ random, ask }) => {
  await ask(
    random.pick([
      'select * from pg_prepared_statements',
      'select * from pg_cursors',
      'select query from pg_stat_activity',
      'select * from pg_locks',
      'select * from pg_settings',
      'select lastval()',
      'show search_path',
      'show rowhouse.tenant',
      'show all',
      `execute "PGBOUNCER_${random.int(60)}"`,
      `execute "PGBOUNCER_${random.int(60)}" ('a')`,
      'notify everything',
      'unlisten *',
    ]),
  )
}

/** The unnamed statement of whoever was in the session before, without saying anything else. */
const runWhatIsThere: Move = async ({ client }) => {
  const messages = [
    serialize.describe({ type: 'S', name: '' }),
    serialize.bind({ statement: '', values: [] }),
    serialize.execute(),
    serialize.sync(),
  ]
  await exchange(await client(), messages)
}

const looks: readonly Move[] = [lookAtSettings, lookAtSettings, lookAtRows, lookAround, runWhatIsThere]
