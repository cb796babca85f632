import { Command } from 'commander'
import type { Print } from './cli.ts'
import { call, everyPage, type OperatorApi } from './operator-api.ts'
import { table } from './table.ts'

interface ParkedKey {
  readonly tenantId: string
  readonly tenantSlug: string
  readonly subscriber: string
  readonly key: string
  readonly event: { readonly id: string; readonly name: string; readonly version: number }
  readonly attempts: number
  readonly error: string
  readonly parkedAt: string
  readonly waiting: number
}

export function eventsCommand(api: () => OperatorApi, print: Print): Command {
  const command = new Command('events').description('Look after events that could not be handled')

  command
    .command('parked')
    .description('List the keys whose events wait, because the first of them failed too often')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const unasked = new Set<string>()
      const items = await everyPage<ParkedKey, { unasked: string[] }>(api(), '/parked-keys', (page) =>
        page.unasked.forEach((database) => unasked.add(database)),
      )
      const missing = [...unasked].map((database) => `\nNot asked, because it does not answer: database ${database}`)
      print(
        { items, unasked: [...unasked] },
        () => (items.length === 0 ? 'No key is parked' : tableOf(items)) + missing.join(''),
        json,
      )
    })

  command
    .command('retry')
    .description('Try parked keys of a tenant again. What was handled is not handled again')
    .argument('<tenant>', 'id or slug')
    .option('--subscriber <name>', 'only its keys')
    .option('--key <key>', 'only this key')
    .option('--json', 'as JSON')
    .action(async (tenant: string, { subscriber, key, json = false }: RetryOptions) => {
      const which = { tenant, subscriber, key }
      const answer = await call<{ retried: number }>(api(), 'POST', '/parked-keys/retry', which)
      print(answer, () => `${answer.retried} ${answer.retried === 1 ? 'key is' : 'keys are'} tried again`, json)
    })

  return command
}

interface RetryOptions {
  readonly subscriber?: string
  readonly key?: string
  readonly json?: boolean
}

const tableOf = (parked: readonly ParkedKey[]): string =>
  table(
    ['TENANT', 'SUBSCRIBER', 'KEY', 'EVENT', 'PARKED', 'WAITING', 'ERROR'],
    parked.map(({ tenantSlug, subscriber, key, event, parkedAt, waiting, error }) => [
      tenantSlug,
      subscriber,
      key,
      `${event.name} ${event.version}`,
      parkedAt.slice(0, 19),
      String(waiting),
      error,
    ]),
  )
