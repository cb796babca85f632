/** The next user of the connection: another tenant, whose every answer must be what it always was. */
import type { Entrance } from './entrance.ts'
import { failureOf, outcomeOf } from './observe.ts'
import type { Tally } from './tally.ts'
import type { House, World } from './world.ts'

export interface Witness {
  /** Learns what is expected. Called once, before anything hostile was sent. */
  begin(): Promise<void>
  /** Asks the next question as the next neighbour (the attacker itself where there is none). */
  look(after: string): Promise<void>
}

/** Each is a named statement in the shared and database tiers: the same text, so the same statement on the connection. */
const questions = [
  `select count(*) as n, md5(string_agg(secret, ',' order by id)) as secrets, min(secret) as canary from accounts`,
  `select a.id, a.secret, n.body from accounts a join notes n on n.account_id = a.id where a.balance < 500 order by a.id, n.id limit 5`,
  `select id, secret, slug from documents where slug = 'doc-3'`,
  `select ${[
    'search_path timezone datestyle intervalstyle role session_authorization statement_timeout lock_timeout',
    'idle_in_transaction_session_timeout row_security transaction_isolation transaction_read_only',
    'transaction_deferrable default_transaction_isolation default_transaction_read_only standard_conforming_strings',
    'bytea_output extra_float_digits client_encoding client_min_messages work_mem temp_tables enable_seqscan',
    'plan_cache_mode application_name check_function_bodies default_tablespace lc_messages jit quote_all_identifiers',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `current_setting('${name}', true) as ${name}`)
    .join(', ')}, current_user as u, session_user as s, rowhouse.tenant_id() as t`,
]

export function createWitness(world: World, house: House, entrance: Entrance, tally: Tally): Witness {
  const { attacker, neighbours } = house
  const door = entrance.to(house)
  const witnesses = neighbours.length > 0 ? neighbours.map(({ resident }) => resident) : [attacker]
  const alone = neighbours.length === 0
  const expected = new Map<string, string>()
  let turn = 0

  const ask = async (at: number) => {
    const question = questions[at % questions.length]!
    const resident = witnesses[Math.floor(at / questions.length) % witnesses.length]!
    const { code, rows, error } = await door.query(resident.id, question, []).then(
      (result) => outcomeOf(question, result),
      (failure: unknown) => failureOf(question, failure),
    )
    return { resident, question, answer: JSON.stringify([code, rows, error]) }
  }

  return {
    async begin() {
      for (let at = 0; at < questions.length * witnesses.length; at += 1) {
        const { resident, question, answer } = await ask(at)
        expected.set(`${resident.id} ${question}`, answer)
        const canaries = question.includes('secret') && !answer.includes(resident.canary)
        if (canaries) tally.find({ harm: 'wrong', where: house.label, statement: question, saw: answer })
      }
    },
    async look(after) {
      // Alone in its database, the attacker may have changed its own rows; its settings must be as they were.
      turn += 1
      const { resident, question, answer } = await ask(alone ? questions.length - 1 : turn)
      tally.check('next users asked')
      const wanted = expected.get(`${resident.id} ${question}`)!
      if (wanted !== answer) {
        const where = `PostgreSQL ${world.major}, ${house.label}, next user ${resident.label}`
        tally.find({ harm: 'next', where, statement: after, saw: difference(wanted, answer) })
      }
      entrance.overheard()
    },
  }
}

/** From the first character that differs. */
function difference(wanted: string, answer: string): string {
  let at = 0
  while (at < wanted.length && wanted[at] === answer[at]) at += 1
  const part = (text: string) => text.slice(Math.max(0, at - 60), at + 240)
  return `expected …${part(wanted)}…, was …${part(answer)}…`
}
