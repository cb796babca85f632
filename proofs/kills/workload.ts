/** Clients at work: each does one thing after the other in its tenant, and writes down what it was told. */
import { createRandom } from '../random.ts'
import { chooseKind, type Client, type Command, type Tenant } from './commands.ts'
import type { Row } from './house.ts'
import { settle } from './send.ts'
import type { Fleet } from './fleet.ts'

export interface Workload {
  readonly tenants: readonly Tenant[]
  readonly clientsPerTenant: number
  readonly seed: number
  /** Asked before each command. */
  readonly goesOn: (sentSoFar: number) => boolean
}

/** @returns what was sent, in the order in which it was begun. */
export async function work(fleet: Fleet, { tenants, clientsPerTenant, seed, goesOn }: Workload): Promise<Command[]> {
  const record: Command[] = []
  const clients = tenants.flatMap((tenant) =>
    Array.from({ length: clientsPerTenant }, (_, at): Client => {
      const name = `${tenant.slug}-${at}`
      return { tenant, name, random: createRandom(seed, `client ${name}`) }
    }),
  )
  await Promise.all(
    clients.map(async (client) => {
      while (goesOn(record.length) && !fleet.signal.aborted) await doNext(fleet, client, record)
    }),
  )
  return record
}

async function doNext(fleet: Fleet, client: Client, record: Command[]): Promise<void> {
  const kind = chooseKind(client)
  const token = `${kind.name.replaceAll(/[^a-z]/g, '')}${client.random.hex(24)}`
  const command: Command = {
    kind,
    tenant: client.tenant,
    token,
    ...kind.ask(client, token),
    outcome: 'unknown',
    sent: 0,
  }
  record.push(command)
  const { answer, sent } = await settle(fleet, {
    method: command.request.method ?? 'POST',
    path: `/api/v1${command.request.path}`,
    bearer: client.tenant.apiKey,
    body: command.request.body,
    key: token,
  })
  command.sent = sent
  // What stays unknown is not built upon.
  if (!answer) return void delete client.ticketId
  command.answer = answer
  command.outcome = answer.status < 300 ? 'acknowledged' : 'refused'
  if (command.outcome === 'acknowledged') kind.learn?.(client, command, JSON.parse(answer.body) as Row)
}
