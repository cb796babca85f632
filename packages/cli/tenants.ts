import { Argument, Command, Option } from 'commander'
import type { Print } from './cli.ts'
import { call, everyPage, type OperatorApi } from './operator-api.ts'
import { table } from './table.ts'

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
        () =>
          [
            `${created.slug} is ready (${created.tier}, ${created.id})`,
            `API key: ${created.owner.apiKey}`,
            'The owner cannot sign in yet. To send them a link with which they choose a password:',
            `  curl -H "Authorization: Bearer ${created.owner.apiKey}" -H "Content-Type: application/json" \\`,
            `    ${api().origin}/api/v1/invitations -d ${shellWord(JSON.stringify({ email: ownerEmail }))}`,
          ].join('\n'),
        json,
      )
    })

  command
    .command('list')
    .description('List every tenant')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const tenants = await everyPage<Tenant>(api(), '/tenants')
      print(
        tenants,
        () =>
          table(
            ['SLUG', 'TIER', 'ID', 'CREATED', 'NAME'],
            tenants.map((t) => [t.slug, t.tier, t.id, t.createdAt.slice(0, 19), t.name]),
          ),
        json,
      )
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

const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

interface CreateOptions {
  readonly name?: string
  readonly tier: string
  readonly ownerEmail: string
  readonly ownerName?: string
  readonly json?: boolean
}

const lines = (value: object, prefix = ''): string =>
  Object.entries(value)
    .map(([name, field]) =>
      typeof field === 'object' && field !== null
        ? lines(field as object, `${prefix}${name}.`)
        : `${prefix}${name}: ${String(field)}`,
    )
    .join('\n')
