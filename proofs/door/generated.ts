/** The generated part: selects and writes of the grammar in every form, compared with what they must answer. */
import { fly } from '@rowhouse/tenancy'
import type { Random } from '../random.ts'
import { createGrammar, type Generated } from './grammar/grammar.ts'
import { hostileCommands } from './commands/commands.ts'
import { failureOf, type Outcome, outcomeOf } from './observe.ts'
import type { Scene } from './scene.ts'
import type { Tally } from './tally.ts'

interface Generation {
  readonly scene: Scene
  readonly random: Random
  readonly tally: Tally
  readonly signal: AbortSignal
}

/** The long form ends here, with as many as it reached: eight houses of six minutes and the rest are an hour. */
const limitMs = 6 * 60_000

/** About `statements` of them: more than half are selects, the rest writes and raw sessions. */
export async function attackAtRandom({ scene, random, tally, signal }: Generation, statements: number): Promise<void> {
  const { world, house } = scene
  const grammar = createGrammar(world, house, random)
  const commands = hostileCommands(world, house)
  const share = (part: number) => {
    const [end, deadline] = [tally.sent() + statements * part, performance.now() + limitMs * part]
    return () => {
      signal.throwIfAborted()
      return tally.sent() < end && performance.now() < deadline
    }
  }

  for (const more = share(0.55); more();) {
    const select = grammar.select()
    if (select.twin && random.chance(0.4)) await pairOf(scene, 'selects', select)
    else await compared(scene, tally, select)
  }
  for (const more = share(0.2); more();) {
    const write = grammar.write()
    if (write.twin && random.chance(0.6)) await pairOf(scene, write.kind, write)
    else if (random.chance(0.5)) await scene.transaction(write.kind, [write, grammar.select(), grammar.write()])
    else await scene.driver(write.kind, write)
    if (random.chance(0.02)) await scene.settle()
  }
  await scene.settle()
  for (const more = share(0.25); more();) {
    const session = Array.from({ length: 12 }, (_, at) => {
      if (at % 2 === 1) return 'select secret, tenant_id from accounts limit 3'
      return random.chance(0.7) ? random.pick(commands).text : random.pick([grammar.select, grammar.write])().text
    })
    await scene.raw('raw sessions', session)
  }
  await scene.settle()
}

const pairOf = (scene: Scene, category: string, one: Generated) =>
  scene.pair(category, one, { text: one.twin!.text }, one.twin!.holes)

/** Through the door, and from a schema that has the attacker's rows alone: the answers must be the same. */
async function compared(scene: Scene, tally: Tally, statement: Generated): Promise<void> {
  const outcome = await scene.driver(statement.kind, statement)
  if (!statement.comparable) return
  const expected = await reference(scene, statement.text)
  tally.check('answers compared with those from own rows alone')
  const [was, wanted] = [essence(outcome), essence(expected)]
  if (was !== wanted) scene.find('read', statement.text, `expected ${wanted.slice(0, 250)}, was ${was.slice(0, 250)}`)
}

async function reference({ world, house }: Scene, text: string): Promise<Outcome> {
  const admin = await world.admin(house.databaseName)
  const own = text.replaceAll('rowhouse.tenant_id()', `'${house.attacker.id}'::uuid`)
  const session = { text: `set search_path = ${house.reference}`, name: '', values: [] }
  const reset = { text: 'reset search_path', name: '', values: [] }
  try {
    await fly(admin, [session])
    return outcomeOf(text, await fly(admin, [{ text: own, name: '', values: [] }]))
  } catch (error) {
    return failureOf(text, error)
  } finally {
    await fly(admin, [reset])
  }
}

const essence = ({ code, rows }: Outcome) => JSON.stringify([code, rows])
