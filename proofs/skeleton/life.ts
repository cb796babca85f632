/** What tenants do all day. It must succeed in every tier: a prober that is always refused proves nothing. */
import { apiKey, type Client, createClient, session } from '@rowhouse/client'
import { isSuccess } from './ask.ts'
import { invitationFor, type Resident } from './residents.ts'
import type { Scene } from './scene.ts'

/** A day at the desk: open, list, page, search, edit, comment, mail in, keys, sign in, refresh and out, invite. */
export async function live(scene: Scene, who: Resident): Promise<void> {
  const anybody = createClient({
    origin: scene.platform.origin,
    fetch: scene.fetchAs(who),
    retries: { attempts: 1 },
  })
  const client = anybody.as(apiKey(who.key))
  try {
    await work(scene, who, client)
    await page(client)
    await search(scene, who, client)
    await comeAndGo(anybody, who)
    await invite(scene, who, client)
  } catch (error) {
    // An answer of the API that is no success was told of by the ear.
    if (scene.tally.findings.length === 0) throw error
  }
}

async function work({ random }: Scene, { canary }: Resident, client: Client): Promise<void> {
  const mark = () => `${canary} ${random.hex(6)}`
  const address = () => `${canary}.${random.hex(6)}@skeleton.example`
  const { items: members } = await client.members.list().page()
  const customer = await client.customers.create({ email: address(), name: mark() })
  const ticket = await client.tickets.open({
    subject: mark(),
    body: mark(),
    customer: { id: customer.id },
    assigneeId: members[0]!.id,
    tags: [canary],
  })
  await client.tickets.open({ subject: mark(), body: mark(), customer: { email: address(), name: mark() } })
  await client.comments.add({ ticketId: ticket.id, body: mark(), visibility: 'internal' })
  await client.comments.add({ ticketId: ticket.id, body: mark(), customerId: customer.id })
  await client.tickets.update({ id: ticket.id, subject: mark(), priority: 'high' })
  await client.customers.update({ id: customer.id, name: mark() })
  await client.inboundMail.receive(mailOf(address(), mark))
  await client.tickets.show({ id: ticket.id })
  await client.customers.show({ id: customer.id })
  await client.members.show({ id: members[0]!.id })
  const key = await client.apiKeys.create({ name: mark(), permissions: ['desk:read'] })
  await client.apiKeys.revoke({ id: key.id })
}

/** Three pages of one, of every list and in every order: the cursors are another tenant's temptation. */
async function page(client: Client): Promise<void> {
  const { items: tickets } = await client.tickets.list().page()
  const lists = [
    ...(['createdAt', '-updatedAt', 'number'] as const).map((sort) => client.tickets.list({ sort, limit: 1 })),
    ...(['createdAt', 'email'] as const).map((sort) => client.customers.list({ sort, limit: 1 })),
    client.comments.list({ ticketId: tickets[0]!.id, limit: 1 }),
    client.members.list({ limit: 1 }),
    client.apiKeys.list({ limit: 1 }),
    client.invitations.list({ limit: 1 }),
  ]
  for (const list of lists) {
    let turned = 0
    for await (const _ of list.pages()) if ((turned += 1) === 3) break
  }
}

async function search({ tally }: Scene, { canary, slug }: Resident, client: Client): Promise<void> {
  for (const list of [client.tickets.list({ q: canary }), client.customers.list({ q: canary })]) {
    const { items } = await list.page()
    if (items.length === 0) tally.find('refused', `life of ${slug}`, 'a search for its own canary finds nothing')
  }
}

async function comeAndGo(anybody: Client, { person: { email, password }, slug }: Resident): Promise<void> {
  const tokens = await anybody.auth.signIn({ email, password, tenant: slug })
  const { accessToken, refreshToken } = await anybody.auth.refresh({ refreshToken: tokens.refreshToken })
  await anybody.as(session({ accessToken, refreshToken })).tickets.list().page()
  await anybody.auth.signOut({ refreshToken })
}

async function invite({ platform, random }: Scene, { canary }: Resident, client: Client): Promise<void> {
  const email = `${canary}.${random.hex(6)}@skeleton.example`
  const { id } = await client.invitations.create({ email, role: 'member' })
  await client.invitations.resend({ id })
  const token = await invitationFor(platform.origin, email)
  await client.auth.acceptInvitation({
    token,
    name: `Colleague ${canary}`,
    password: `a password of ${random.hex(12)}`,
  })
  const other = await client.invitations.create({ email: `${canary}.${random.hex(6)}@skeleton.example`, role: 'admin' })
  await client.invitations.revoke({ id: other.id })
  await client.auth.keys()
}

/** Everything that it can list, to the end: only its own may be in there. */
export async function lookAround(scene: Scene, who: Resident): Promise<void> {
  const lists = scene.api.filter(
    ({ audience, method, places, inPath }) =>
      audience === 'tenant' && method === 'GET' && inPath.length === 0 && places.some(({ kind }) => kind === 'cursor'),
  )
  for (const { path, name } of lists) {
    for (let cursor: string | null = ''; cursor !== null;) {
      const { answer } = await scene.own(who, `${name}, to the end`, {
        method: 'GET',
        path: `${path}?limit=100${cursor && `&cursor=${cursor}`}`,
        token: who.key,
      })
      if (!isSuccess(answer)) return
      cursor = (JSON.parse(answer.body) as { nextCursor: string | null }).nextCursor
    }
  }
}

/** A letter with something of the writer's in every part. */
export function mailOf(from: string, mark: () => string, headers: readonly string[] = []): string {
  return [
    `From: ${mark()} <${from}>`,
    `Subject: ${mark()}`,
    ...headers,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    mark(),
    '--part',
    `Content-Type: application/pdf; name="${mark()}.pdf"`,
    'Content-Disposition: attachment',
    '',
    'content',
    '--part--',
    '',
  ].join('\r\n')
}
