/** Tokens that must not be believed: another tenant's, of another deployment, cut, changed; in reads, and in commands that would write. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConsistencyTokens } from '@rowhouse/tenancy'
import type { Tenant } from '../kills/commands.ts'
import { carryOut, makeCommand } from '../kills/workload.ts'
import type { Random } from '../random.ts'
import { createCaller, harms, open } from './callers.ts'
import { at, type Stage } from './stage.ts'

/** One false token after the other, at either node. */
export async function lie(stage: Stage, tenant: Tenant, goesOn: () => boolean): Promise<void> {
  const { count, nodes, signal, tenants } = stage
  const caller = createCaller(stage, tenant, 'stranger')
  const { random } = caller
  const others = tenants.filter((candidate) => candidate !== tenant)
  while (goesOn() && !signal.aborted) {
    const node = random.pick(nodes)
    const own = await genuine(stage, tenant)
    const foreign = await genuine(stage, random.pick(others))
    if (own === undefined || foreign === undefined) continue
    const [how, token] = random.pick(falseTokens(own, foreign, tenant, random))
    count.add('false tokens')
    const believed = (saw: string) =>
      count.find({ harm: harms.token, where: `${how}, ${tenant.tier} tier, at ${node.origin}`, saw })
    if (random.chance(0.3)) {
      // A refused command must have left nothing: the tables will tell.
      const command = makeCommand(caller, { ...open, refused: true })
      stage.record.push(command)
      await carryOut(at(node, signal), { ...caller, consistency: token }, command, 60_000)
      if (command.outcome === 'acknowledged') believed(`a command: ${command.answer!.body}`)
    } else {
      const answer = await stage.ask(node, { ...list(tenant), consistency: token })
      if (answer && !isRefusal(answer)) believed(`a read: ${answer.status} ${answer.body.slice(0, 200)}`)
    }
    await sleep(random.int(500))
  }
}

async function genuine(stage: Stage, tenant: Tenant): Promise<string | undefined> {
  const answer = await stage.ask(stage.nodes[0], list(tenant))
  return answer?.consistency
}

const list = ({ apiKey }: Tenant) => ({ method: 'GET', path: '/api/v1/tickets?limit=1', bearer: apiKey })

const isRefusal = ({ status, body }: { status: number; body: string }) =>
  status === 400 && body.includes('tenancy.consistency_token_refused')

const otherDeployment = createConsistencyTokens([randomBytes(32)])

function falseTokens(own: string, foreign: string, { id }: Tenant, random: Random): [string, string][] {
  const place = random.int(own.length - 1)
  const flipped = own[place] === 'A' ? 'B' : 'A'
  return [
    ['another tenant’s', foreign],
    ['another tenant’s beside a genuine one', `${own}, ${foreign}`],
    ['of another deployment', otherDeployment.seal(id, { clusterName: 'main', timeline: 1, lsn: 1n, epoch: 1 })],
    ['cut', own.slice(0, place + 1)],
    ['with a character more', `${own}A`],
    ['with a character changed', own.slice(0, place) + flipped + own.slice(place + 1)],
    ['a place in plain words', '0/16B374D848'],
    ['too many', Array(17).fill(own).join(',')],
  ]
}
