import { defineErrors } from '@rowhouse/kernel'
import { Argument, Command, Option } from 'commander'
import type { Print } from './cli.ts'

export interface OperatorApi {
  readonly origin: string
  readonly key: string
}

export const cliErrors = defineErrors('cli', {
  serverUnreachable: {
    status: 503,
    title: 'Server unreachable',
    detail: 'The server does not answer.',
    operator: 'Start it (`npm start`), or say where it is with ROWHOUSE_URL.',
  },
  refused: {
    status: 400,
    title: 'Refused',
    detail: 'The server refused the request.',
    operator: 'The server’s words say why.',
  },
})

interface Tenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly tier: string
  readonly createdAt: string
}

export function tenantsCommand(api: () => OperatorApi, print: Print): Command {
  const command = new Command('tenants').description('Create, list and show tenants')

  command
    .command('create')
    .description('Create a tenant with its owner; prints the owner’s API key, which is shown this once')
    .argument('<slug>', 'its name in addresses')
    .requiredOption('--owner-email <email>', 'the first member')
    .option('--owner-name <name>', 'the first member’s name; the address stands in')
    .option('--name <name>', 'its name for people; the slug stands in')
    .addOption(
      new Option('--tier <tier>', 'where it lives').choices(['shared', 'schema', 'database']).default('shared'),
    )
    .option('--json', 'as JSON')
    .action(async (slug: string, { name, tier, ownerEmail, ownerName, json = false }: CreateOptions) => {
      const created = await call<Tenant & { owner: { apiKey: string } }>(api(), 'POST', '/tenants', {
        slug,
        name: name ?? slug,
        tier,
        owner: { email: ownerEmail, name: ownerName ?? ownerEmail },
      })
      print(
        created,
        () => `${created.slug} is ready (${created.tier}, ${created.id})\nAPI key: ${created.owner.apiKey}`,
        json,
      )
    })

  command
    .command('list')
    .description('List every tenant')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const tenants: Tenant[] = []
      let cursor: string | null = null
      do {
        const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page: { items: Tenant[]; nextCursor: string | null } = await call(
          api(),
          'GET',
          `/tenants?limit=100${after}`,
        )
        tenants.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== null)
      print(tenants, () => table(tenants), json)
    })

  command
    .command('show')
    .description('Show one tenant')
    .addArgument(new Argument('<tenant>', 'id or slug'))
    .option('--json', 'as JSON')
    .action(async (tenant: string, { json = false }: { json?: boolean }) => {
      const found = await call<object>(api(), 'GET', `/tenants/${encodeURIComponent(tenant)}`)
      print(found, () => lines(found), json)
    })

  return command
}

interface CreateOptions {
  readonly name?: string
  readonly tier: string
  readonly ownerEmail: string
  readonly ownerName?: string
  readonly json?: boolean
}

/** @throws cli.server_unreachable, cli.refused with the server's own words */
async function call<T>({ origin, key }: OperatorApi, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${origin}/operator/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw cliErrors.serverUnreachable({
      operator: `No server answers at ${origin}: start it (npm start), or say where it is with ROWHOUSE_URL.`,
      cause,
    })
  })
  const content = (await answer.json()) as {
    detail?: string
    code?: string
    errors?: { pointer: string; detail: string }[]
  }
  if (answer.ok) return content as T
  const fields = content.errors?.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('') ?? ''
  throw cliErrors.refused({
    operator: `${content.detail ?? answer.statusText} [${content.code ?? answer.status}]${fields}`,
  })
}

function table(tenants: readonly Tenant[]): string {
  const rows = [
    ['SLUG', 'TIER', 'ID', 'CREATED', 'NAME'],
    ...tenants.map((t) => [t.slug, t.tier, t.id, t.createdAt.slice(0, 19), t.name]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const lines = (value: object, prefix = ''): string =>
  Object.entries(value)
    .map(([name, field]) =>
      typeof field === 'object' && field !== null
        ? lines(field as object, `${prefix}${name}.`)
        : `${prefix}${name}: ${String(field)}`,
    )
    .join('\n')
