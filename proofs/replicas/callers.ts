/** Callers who write at one node and read at the other, and callers who only read. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Node } from '../nodes/node.ts'
import { type Client, type Kind, kinds, type Tenant } from '../kills/commands.ts'
import type { Row } from '../kills/house.ts'
import { carryOut, makeCommand } from '../kills/workload.ts'
import { createRandom } from '../random.ts'
import { type Look, lookFor, reportPath, ticketsIn } from './looks.ts'
import { at, maxLagMs, type Stage } from './stage.ts'

export const harms = {
  write: 'older than its own write',
  seen: 'older than what was seen before',
  late: 'older than promised',
  answer: 'answered as it must not be',
  token: 'a false token believed',
}

/** Sends the token of its last answer with its next request, as the typed client does. */
export interface Caller extends Client {
  /** As many tickets as it has opened or seen, as far as its token tells. */
  shown: number
  /** When the last command was, by `performance.now()`. */
  acknowledgedAtMs: number
  /** A token from before: sent along at times, as of calls that crossed. */
  earlier?: string
}

export const createCaller = ({ seed }: Stage, tenant: Tenant, name: string): Caller => ({
  tenant,
  name: `${tenant.slug}-${name}`,
  random: createRandom(seed, `${tenant.slug} ${name}`),
  shown: 0,
  acknowledgedAtMs: 0,
})

/** Writes one thing after the other, and each time looks for it. */
export async function writeAndRead(stage: Stage, caller: Caller, goesOn: () => boolean): Promise<void> {
  const { count, signal } = stage
  const { random, tenant } = caller
  while (goesOn() && !signal.aborted) {
    if (random.chance(0.3)) forget(caller)
    const [here, there] = inSomeOrder(stage, caller)
    const command = makeCommand(caller, choose(caller))
    stage.record.push(command)
    await carryOut(at(here, signal), caller, command, 60_000)
    if (command.outcome !== 'acknowledged') continue
    caller.acknowledgedAtMs = performance.now()
    if (command.answer!.consistency === undefined) wrong(stage, caller, 'a write', 'it has no token')
    const opened = command.kind === open ? Number((JSON.parse(command.answer!.body) as Row)['number']) : 0
    stage.ledgerOf(tenant).acknowledged(opened)
    caller.shown = Math.max(caller.shown, opened)

    const careless = random.chance(0.15)
    if (careless) forget(caller)
    // At once, when no standby can have it yet, or when one may.
    else if (random.chance(0.6)) await sleep(random.int(800))
    await look(stage, caller, there, lookFor(command, random))
    count.add('pairs of a write and a read')
    if (careless) count.add('pairs of a write and a read, without a token')
    for (let node = here; random.chance(0.3) && !signal.aborted; node = other(stage, node)) {
      await (random.chance(0.5) ? report(stage, caller, node) : look(stage, caller, node, lookFor(command, random)))
    }
  }
}

/** Reads one report after the other, at either node, and begins anew at times as somebody who knows nothing. */
export async function onlyRead(stage: Stage, caller: Caller, goesOn: () => boolean): Promise<void> {
  while (goesOn() && !stage.signal.aborted) {
    if (caller.random.chance(0.1)) forget(caller)
    const [here] = inSomeOrder(stage, caller)
    await report(stage, caller, here)
    if (caller.shown > 0 && caller.random.chance(0.3))
      await look(stage, caller, here, lastTicket(caller.shown), harms.seen)
    await sleep(50 + caller.random.int(200))
  }
}

const lastTicket = (number: number): Look => ({
  name: 'tickets.list',
  path: `/tickets?number=${number}`,
  shows: (page) => (page['items'] as Row[]).length === 1,
})

async function look(
  stage: Stage,
  caller: Caller,
  node: Node,
  { name, path, shows }: Look,
  harm = harms.write,
): Promise<void> {
  const body = await read(stage, caller, node, name, path)
  if (body && !shows(body)) older(stage, caller, harm, `${name} at ${node.origin}`, JSON.stringify(body))
}

/** It may be late, but only so much, and never later than what its caller has done or seen. */
async function report(stage: Stage, caller: Caller, node: Node): Promise<void> {
  const startMs = performance.now()
  const ledger = stage.ledgerOf(caller.tenant)
  const body = await read(stage, caller, node, 'reports.tickets', reportPath())
  if (!body) return
  const total = ticketsIn(body)
  stage.count.add('reports')
  if (total < ledger.at(startMs)) stage.count.add('reports, late as they may be')
  const promised = ledger.at(startMs - maxLagMs)
  const where = `a report at ${node.origin}`
  if (total < promised) older(stage, caller, harms.late, where, `${total} tickets, ${promised} were there in time`)
  if (total < caller.shown) older(stage, caller, harms.seen, where, `${total} tickets, ${caller.shown} before`)
  caller.shown = total
}

/** @returns undefined when that is not the answer of a sound server, and noted already */
async function read(stage: Stage, caller: Caller, node: Node, name: string, path: string): Promise<Row | undefined> {
  const { tenant, earlier } = caller
  const now = caller.consistency
  const consistency =
    now !== undefined && earlier !== undefined && caller.random.chance(0.1) ? `${earlier}, ${now}` : now
  const sending = { method: 'GET', path: `/api/v1${path}`, bearer: tenant.apiKey, consistency }
  const answer = await stage.ask(node, sending)
  stage.count.add('reads')
  if (stage.signal.aborted) return undefined
  const where = `${name} at ${node.origin}`
  if (!answer) return wrong(stage, caller, where, 'no answer')
  if (answer.status === 404) return older(stage, caller, harms.write, where, answer.body)
  if (answer.status !== 200) return wrong(stage, caller, where, `${answer.status} ${answer.body}`)
  if (answer.consistency !== undefined) {
    if (now !== undefined) caller.earlier = now
    caller.consistency = answer.consistency
  }
  return JSON.parse(answer.body) as Row
}

function older({ count }: Stage, { tenant, name }: Caller, harm: string, where: string, saw: string) {
  count.find({ harm, where: `${tenant.tier} tier, ${name}, ${where}`, saw })
  return undefined
}

function wrong({ count }: Stage, { tenant, name }: Caller, where: string, saw: string) {
  count.find({ harm: harms.answer, where: `${tenant.tier} tier, ${name}, ${where}`, saw })
  return undefined
}

function forget(caller: Caller): void {
  delete caller.consistency
  caller.shown = 0
}

const kind = (name: string): Kind => kinds.find((candidate) => candidate.name === name)!
export const open = kind('tickets.open')
const shares: readonly (readonly [Kind, number])[] = [
  [kind('comments.add'), 40],
  [kind('tickets.update'), 35],
  [kind('tickets.update (solved)'), 10],
]

function choose({ random, ticketId }: Caller): Kind {
  let left = random.int(100)
  return (ticketId === undefined ? undefined : shares.find(([, share]) => (left -= share) < 0)?.[0]) ?? open
}

function inSomeOrder({ nodes: [one, two] }: Stage, { random }: Caller): [Node, Node] {
  return random.chance(0.5) ? [one, two] : [two, one]
}

const other = ({ nodes: [one, two] }: Stage, node: Node) => (node === one ? two : one)
