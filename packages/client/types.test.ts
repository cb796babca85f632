/** What does not compile: the mistakes that the types are there to find. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const entry = fileURLToPath(new URL('client.ts', import.meta.url))
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'rowhouse-client-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opening = `
  import { apiKey, createClient, etagOf, isProblem, session, type Ticket } from '${entry}'
  const client = createClient({ origin: location.origin, auth: apiKey('rhk_1') })
  const id = 'x'
  export const used = [client, id, etagOf, isProblem, session, null as Ticket | null]
`

const accepted = `
  const customer = { email: 'ines@example.com' }
  export const ticket: Promise<Ticket> = client.tickets.open({ subject: 's', body: 'b', customer, tags: ['a'] })
  export const solved = client.tickets.update({ id, status: 'solved' }, { signal: AbortSignal.timeout(5) })
  export async function subjects() {
    const found: string[] = []
    for await (const { subject } of client.tickets.list({ status: 'open' })) found.push(subject)
    for await (const { items } of client.tickets.list().pages()) found.push(...items.map(({ subject }) => subject))
    const { nextCursor } = await client.tickets.list().page()
    return { found, nextCursor: nextCursor satisfies string | null }
  }
  export const mail = [client.inboundMail.receive('text'), client.inboundMail.receive(new Blob(['text']))]
  export const again = async () => client.as(session(await client.auth.signIn({ email: 'a@b.example', password: 'p' })))
  try { await again() } catch (error) { if (isProblem(error, 'desk.ticket_closed')) console.log(error.errors) }`

const refused: readonly (readonly [what: string, code: string, words: RegExp])[] = [
  ['a field that is missing', `client.tickets.open({ subject: 's', body: 'b' })`, /'customer' is missing/],
  ['a field that there is not', `client.tickets.list({ state: 'open' })`, /'state' does not exist/],
  ['a field of another type', `client.tickets.list({ limit: '5' })`, /'string' is not assignable to type 'number/],
  ['a value that there is not', `client.tickets.update({ id, status: 'done' })`, /'"done"' is not assignable/],
  ['an operation that there is not', `client.tickets.remove({ id })`, /'remove' does not exist/],
  ['a list taken for a page', `client.tickets.list().items`, /'items' does not exist/],
  ['a code that there is not', `isProblem(null, 'desk.ticket_shut')`, /'"desk.ticket_shut"' is not assignable/],
  [
    'an If-Match for what is new',
    `client.customers.create({ email: 'e', name: 'n' }, { ifMatch: '"1"' })`,
    /'ifMatch'/,
  ],
  ['tokens that lack one', `session({ accessToken: 'x' })`, /'refreshToken' is missing/],
]

/** What the compiler says of each file. */
async function compile(files: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, readonly string[]>> {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), opening + code)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error)
  return Map.groupBy(stdout.split(/\n(?=\S)/).filter(Boolean), (said) => said.split('(')[0]!)
}

/** Of a page's own project. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
}

test('each mistake is found, and nothing else: the client needs no types of Node', async () => {
  const nameOf = (at: number) => `refused-${at}.ts`
  const files = Object.fromEntries(refused.map(([, code], at) => [nameOf(at), `export const wrong = ${code}`]))
  const said = await compile({ 'accepted.ts': accepted, ...files })
  for (const [at, [what, , words]] of refused.entries()) {
    expect(said.get(nameOf(at)), what).toHaveLength(1)
    expect(said.get(nameOf(at))![0], what).toMatch(words)
  }
  expect([...said.keys()].toSorted()).toEqual(Object.keys(files).toSorted())
})
