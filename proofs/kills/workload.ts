/** Clients at work: each does one thing after the other in its tenant, and writes down what it was told. */
import { createRandom } from '../random.ts'
import { chooseKind, type Client, type Command, type Tenant } from './commands.ts'
import type { Fleet } from './fleet.ts'
import type { Row } from './house.ts'
import { type Sending, settle } from './send.ts'

export interface Workload {
  readonly tenants: readonly Tenant[]
  readonly clientsPerTenant: number
  readonly seed: number
  /** How long an answer may stay unknown. */
  readonly patienceMs: number
  /** Asked before each command. */
  readonly goesOn: (sentSoFar: number) => boolean
}

/** @returns what was sent, in the order in which it was begun. */
export async function work(fleet: Fleet, workload: Workload): Promise<Command[]> {
  const { tenants, clientsPerTenant, seed, patienceMs, goesOn } = workload
  const record: Command[] = []

  async function beClient(client: Client): Promise<void> {
    const own: Command[] = []
    while (goesOn(record.length) && !fleet.signal.aborted) {
      const command = makeCommand(client)
      record.push(command)
      await carryOut(fleet, client, command, patienceMs)
      own.push(command)
      if (client.random.chance(0.05)) await repeat(fleet, client.random.pick(own.slice(-50)), patienceMs)
    }
  }

  const clients = tenants.flatMap((tenant) =>
    Array.from({ length: clientsPerTenant }, (_, at): Client => {
      const name = `${tenant.slug}-${at}`
      return { tenant, name, random: createRandom(seed, `client ${name}`) }
    }),
  )
  await Promise.all(clients.map(beClient))
  return record
}

export function makeCommand(client: Client, kind = chooseKind(client)): Command {
  const token = `${kind.name.replaceAll(/[^a-z]/g, '')}${client.random.hex(24)}`
  return { kind, tenant: client.tenant, token, ...kind.ask(client, token), outcome: 'unknown', sent: 0 }
}

export async function carryOut(
  fleet: Pick<Fleet, 'origin' | 'signal'>,
  client: Client,
  command: Command,
  patienceMs: number,
): Promise<void> {
  const { consistency } = client
  const { answer, sent } = await settle(fleet, { ...sendingOf(command), consistency }, patienceMs)
  command.sent = sent
  // What stays unknown is not built upon.
  if (!answer) return void delete client.ticketId
  command.answer = answer
  if (answer.consistency !== undefined) client.consistency = answer.consistency
  command.outcome = answer.status < 300 ? 'acknowledged' : 'refused'
  if (command.outcome === 'acknowledged') command.kind.learn?.(client, command, JSON.parse(answer.body) as Row)
}

/** Later, and perhaps of another node: a key gives its first answer again. */
async function repeat(fleet: Fleet, command: Command, patienceMs: number): Promise<void> {
  const { answer } = await settle(fleet, sendingOf(command), patienceMs)
  if (command.answer && answer) command.repeated = answer
}

const sendingOf = ({ request, tenant, token }: Command): Sending => ({
  method: request.method ?? 'POST',
  path: `/api/v1${request.path}`,
  bearer: tenant.apiKey,
  body: request.body,
  key: token,
})
