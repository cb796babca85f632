/**
 * One house under attack. Every statement goes through here: it is counted, what came back is searched for what belongs
 * to others, the next user of the connection is looked after, and from time to time every row is checked.
 */
import type { Entrance } from './entrance.ts'
import type { Hole } from './grammar/words.ts'
import { createLookout, failureOf, type Outcome, outcomeOf } from './observe.ts'
import type { Harm, Tally } from './tally.ts'
import type { Vault } from './vault.ts'
import { createWitness, type Witness } from './witness.ts'
import type { House, World } from './world.ts'

export interface Statement {
  readonly text: string
  readonly values?: readonly unknown[]
}

export interface Scene {
  readonly world: World
  readonly house: House
  readonly witness: Witness
  /** One statement, a transaction of its own, through the driver. */
  driver(category: string, statement: Statement): Promise<Outcome>
  /** Statements of one transaction through the driver; rolled back unless `keep`. */
  transaction(category: string, statements: readonly Statement[], keep?: boolean): Promise<Outcome[]>
  /** Any commands on the wire; the connection is destroyed by the door. After an error the transaction goes on. */
  raw(category: string, commands: readonly string[]): Promise<Outcome[]>
  /** The same statement with a value that exists elsewhere and with one that exists nowhere: both must answer alike. */
  pair(category: string, foreign: Statement, absent: Statement, holes: readonly Hole[]): Promise<void>
  find(harm: Harm, statement: string, saw: string): void
  /** Compares every row of the database with what it was, and puts the attacker's own back. */
  settle(): Promise<void>
}

/** So often are all rows compared. */
const settleEvery = 200

export function createScene(world: World, house: House, entrance: Entrance, vault: Vault, tally: Tally): Scene {
  const { attacker } = house
  const door = entrance.to(house)
  const lookout = createLookout(world)
  const witness = createWitness(world, house, entrance, tally)
  let recent: string[] = []
  /** Own rows may have been given the ids of others since they were last put back. */
  const said = () => recent.join('\n')

  const where = (form: string) => `PostgreSQL ${world.major}, ${house.label}, ${form}`
  const find = (harm: Harm, form: string, statement: string, saw: string) =>
    tally.find({ harm, where: where(form), statement, saw: saw.slice(0, 600) })

  /** Counts and searches; `given` is all that the attacker said in this transaction. */
  function watch(category: string, form: string, outcome: Outcome, given: string): Outcome {
    tally.count(category)
    recent.push(outcome.statement)
    const foreign = lookout(outcome.seen, attacker, given + said())
    if (foreign) find('read', form, outcome.statement, `${foreign} in ${around(outcome.seen, foreign)}`)
    return outcome
  }

  async function afterwards(category: string, form: string, given: string): Promise<void> {
    const heard = entrance.overheard()
    const foreign = lookout(heard, attacker, given + said())
    if (foreign) find('read', form, given, `${foreign} in ${around(heard, foreign)}`)
    await witness.look(`after [${category}] ${given}`)
    if (recent.length >= settleEvery) await scene.settle()
  }

  const scene: Scene = {
    world,
    house,
    witness,
    find: (harm, statement, saw) => find(harm, 'by hand', statement, saw),

    async driver(category, statement) {
      const given = print(statement)
      const outcome = await door.query(attacker.id, statement.text, statement.values ?? []).then(
        (result) => outcomeOf(given, result),
        (error: unknown) => failureOf(given, error),
      )
      watch(category, 'driver', outcome, given)
      await afterwards(category, 'driver', given)
      return outcome
    },

    async transaction(category, statements, keep = false) {
      const given = statements.map(print).join(';\n')
      const outcomes: Outcome[] = []
      const undo = new Error('undo')
      await door
        .transaction(attacker.id, async (execute) => {
          for (const statement of statements) {
            const outcome = await execute(statement.text, statement.values ?? []).then(
              (result) => outcomeOf(print(statement), result),
              (error: unknown) => failureOf(print(statement), error),
            )
            outcomes.push(watch(category, 'transaction', outcome, given))
          }
          if (!keep) throw undo
        })
        .catch((error: unknown) => {
          if (error !== undo && statements.length !== outcomes.length) throw error
        })
      await afterwards(category, 'transaction', given)
      return outcomes
    },

    async raw(category, commands) {
      const given = commands.join(';\n')
      const outcomes: Outcome[] = []
      await door.raw(attacker.id, async (client) => {
        for (const text of commands) {
          await client.query('savepoint before_hostile').catch(() => {})
          const outcome = await client.query({ text, rowMode: 'array' }).then(
            (result) => outcomeOf(text, result),
            (error: unknown) => failureOf(text, error),
          )
          if (outcome.code !== '') await client.query('rollback to before_hostile').catch(() => {})
          outcomes.push(watch(category, 'raw', outcome, given))
        }
      })
      await afterwards(category, 'raw', given)
      return outcomes
    },

    async pair(category, foreign, absent, holes) {
      const [elsewhere] = await scene.transaction(category, [foreign])
      const [nowhere] = await scene.transaction(category, [absent])
      const same = (text: string) => holes.reduce((sofar, hole) => sofar.replaceAll(hole.foreign, hole.absent), text)
      const expected = shapeOf(nowhere!)
      const answer = shapeOf({
        ...elsewhere!,
        error: same(elsewhere!.error),
        rows: elsewhere!.rows.map((row): unknown => JSON.parse(same(JSON.stringify(row)))),
      })
      tally.check('pairs compared')
      if (answer !== expected) find('told', 'transaction', print(foreign), `elsewhere: ${answer}; nowhere: ${expected}`)
    },

    async settle() {
      const statements = recent
      recent = []
      const changed = await vault.compare(house.databaseName, attacker)
      tally.check('checksums of all rows')
      for (const what of changed) {
        find('changed', 'rows', `one of the last ${statements.length}:\n${statements.join(';\n').slice(-3_000)}`, what)
      }
      await vault.restore(house)
    },
  }
  return scene
}

const print = ({ text, values = [] }: Statement) => (values.length > 0 ? `${text} -- ${JSON.stringify(values)}` : text)

/** All that an answer tells, but for the order of rows, which SQL leaves open. */
const shapeOf = ({ code, command, rowCount, error, rows }: Outcome) =>
  JSON.stringify([code, command, rowCount, error, rows.map((row) => JSON.stringify(row)).toSorted()])

function around(text: string, word: string): string {
  const at = text.indexOf(word)
  return text.slice(Math.max(0, at - 120), at + 120)
}
