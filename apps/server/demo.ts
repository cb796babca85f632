/** The three demo tenants of `npm start`: made once, one in each tier, with keys and passwords at random. */
import { randomBytes } from 'node:crypto'
import { demoDesks, seedDesk, type DemoDesk } from '@rowhouse/helpdesk'
import { newId } from '@rowhouse/kernel'
import { type Tier, transactionDb } from '@rowhouse/tenancy'
import type { Platform } from './compose.ts'
import { readJson, writePrivate } from './home-folder.ts'

interface Named {
  readonly email: string
  readonly name: string
}

interface Person {
  readonly email: string
  readonly password: string
  readonly apiKey: string
}

/** The content of `$ROWHOUSE_HOME/demo.json`. */
export interface Demo {
  readonly origin: string
  readonly operator: { readonly apiKey: string }
  readonly tenants: readonly {
    readonly slug: string
    readonly id: string
    readonly tier: Tier
    readonly owner: Person
    readonly member: Person
  }[]
}

const tiers = { acme: 'shared', globex: 'schema', initech: 'database' } as const
const memberPermissions = ['desk:read', 'desk:write', 'desk:receive-mail', 'members:read']

/** Makes what is missing, and writes down where the server is and who may come in. */
export async function seedDemo(
  platform: Platform,
  { origin, operatorApiKey, file }: { readonly origin: string; readonly operatorApiKey: string; readonly file: string },
): Promise<{ readonly file: string; readonly tenants: Demo['tenants'] }> {
  const known = readJson<Demo>(file)?.tenants ?? []
  const tenants: Demo['tenants'][number][] = []
  for (const [slug, desk] of Object.entries(demoDesks)) {
    const found = await platform.tenants.find(slug)
    // Keys count only where they were made: this home may have met another database since.
    const kept = found && known.find(({ id, owner }) => id === found.id && owner.password !== undefined)
    tenants.push(kept ?? (await seedTenant(platform, slug as keyof typeof tiers, desk)))
  }
  writePrivate(file, { origin, operator: { apiKey: operatorApiKey }, tenants } satisfies Demo)
  return { file, tenants }
}

async function seedTenant(
  platform: Platform,
  slug: keyof typeof tiers,
  desk: DemoDesk,
): Promise<Demo['tenants'][number]> {
  const tier = tiers[slug]
  const [owner, member] = desk.members as [Named, Named]
  const found = await platform.tenants.find(slug)
  const { id } =
    found ?? (await platform.onboard({ slug, name: desk.name, tier, owner: { email: owner.email, name: owner.name } }))
  const memberIds = await fillDesk(platform, id, desk)
  const person = async (
    { email, name }: { email: string; name: string },
    permissions: readonly string[],
  ): Promise<Person> => {
    const memberId = memberIds.get(email)!
    const password = randomBytes(12).toString('base64url')
    await platform.people.enrol(id, { id: memberId, email, name }, password)
    const { secret } = await platform.apiKeys.create(id, { name: `${name} (demo)`, permissions, memberId })
    return { email, password, apiKey: secret }
  }
  return { slug, id, tier, owner: await person(owner, ['*']), member: await person(member, memberPermissions) }
}

/** One transaction, so that a start that is killed fills it again from the beginning and never twice. */
const fillDesk = ({ door }: Platform, tenantId: string, desk: DemoDesk): Promise<Map<string, string>> =>
  transactionDb<Tables, Map<string, string>>(door, tenantId, async (db) => {
    const present = await db.selectFrom('members').select(['id', 'email']).execute()
    const memberIds = new Map(present.map(({ id, email }) => [email, id]))
    if (present.length > 1) return memberIds
    for (const [at, { email, name }] of desk.members.entries()) {
      if (memberIds.has(email)) continue
      const id = newId()
      memberIds.set(email, id)
      await db
        .insertInto('members')
        .values({ id, email, name, role: at === 1 ? 'admin' : 'member' })
        .execute()
    }
    await seedDesk(db as never, { tenantId, desk, memberIds, now: new Date().toISOString() })
    return memberIds
  })

interface Tables {
  members: import('@rowhouse/modules').Members
}
