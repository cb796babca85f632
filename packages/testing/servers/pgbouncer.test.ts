import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { recommended } from './pgbouncer-profile.ts'
import { pgbouncer118, pgbouncer124 } from './pgbouncer.ts'
import { postgres18 } from './postgres.ts'
import { startServer } from './provide.ts'
import { available, server } from './shared.ts'
import { sql } from './sql.ts'
import { type PgBouncerOptions, startPgBouncer } from './start-pgbouncer.ts'

const clients: Client[] = []
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()))
})

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

const backend = async (client: Client) =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid

for (const pgbouncer of await available(pgbouncer118, pgbouncer124)) {
  describe(pgbouncer.title, () => {
    const named = pgbouncer === pgbouncer124

    async function start(options: Partial<PgBouncerOptions> = {}) {
      const bouncer = await startPgBouncer(pgbouncer, { target: await server(postgres18), ...options })
      onTestFinished(() => bouncer.stop())
      return bouncer
    }

    test('is of its version, and runs with what deploy/pgbouncer recommends for it', async () => {
      const { adminUrl } = await start({ defaultPoolSize: 3 })
      const [{ version }] = (await sql(adminUrl, 'show version')) as [{ version: string }]
      expect(version).toMatch(new RegExp(`^${pgbouncer.title}\\.\\d+$`))
      const shown = (await sql(adminUrl, 'show config')) as { key: string; value: string }[]
      const now = Object.fromEntries(shown.map(({ key, value }) => [key, value]))
      const replaced = { listen_addr: '127.0.0.1', listen_port: now['listen_port'], auth_file: 'userlist.txt' }
      expect(now).toMatchObject({ ...recommended(version.slice(10)), ...replaced, default_pool_size: '3' })
      expect('max_prepared_statements' in now).toBe(named)
    })

    test('lets in whom it knows by the password, to any database, and nobody else', async () => {
      const target = await server(postgres18)
      await sql(target, `create role bouncer_${pgbouncer.name} login password 'p"w'`)
      onTestFinished(() => sql(target, `drop role bouncer_${pgbouncer.name}`).then(() => {}))
      const { url } = await start({ logins: [{ user: `bouncer_${pgbouncer.name}`, password: 'p"w' }] })
      const as = (user: string, password: string, database: string) =>
        sql(
          Object.assign(new URL(url), { username: user, password, pathname: database }).href,
          'select current_user as user, current_database() as database',
        )
      expect(await as(`bouncer_${pgbouncer.name}`, 'p"w', 'postgres')).toEqual([
        { user: `bouncer_${pgbouncer.name}`, database: 'postgres' },
      ])
      expect(await as(new URL(url).username, new URL(url).password, 'template1')).toMatchObject([
        { database: 'template1' },
      ])
      await expect(as(`bouncer_${pgbouncer.name}`, 'wrong', 'postgres')).rejects.toThrow('SASL authentication failed')
      await expect(as('nobody', 'p"w', 'postgres')).rejects.toThrow('SASL authentication failed')
    })

    test('transaction mode: a client gets another connection for its next transaction', async () => {
      const { url } = await start({ defaultPoolSize: 2 })
      const [first, second] = [await connect(url), await connect(url)]
      const before = await backend(first)
      await second.query('begin')
      expect(await backend(second)).toBe(before)
      expect(await backend(first)).not.toBe(before)
      await second.query('commit')
    })

    test(`transaction mode: a named statement ${named ? 'goes' : 'does not go'} along`, async () => {
      const { url } = await start({ defaultPoolSize: 2 })
      const [first, second] = [await connect(url), await connect(url)]
      const statement = { name: 'named', text: 'select 1 as n' }
      await first.query(statement)
      await second.query('begin')
      const elsewhere = first.query(statement).then(
        ({ rows }) => rows,
        (error: Error) => error.message,
      )
      expect(await elsewhere).toEqual(named ? [{ n: 1 }] : 'prepared statement "named" does not exist')
      await second.query('commit')
    })

    test('session mode: a client keeps its connection', async () => {
      const { url } = await start({ poolMode: 'session', defaultPoolSize: 2 })
      const [first, second] = [await connect(url), await connect(url)]
      const before = await backend(first)
      expect(await backend(second)).not.toBe(before)
      expect(await backend(first)).toBe(before)
    })

    test('statement mode refuses transactions', async () => {
      const { url } = await start({ poolMode: 'statement' })
      const client = await connect(url)
      await expect(client.query('begin')).rejects.toThrow(/transaction blocks not allowed/)
    })

    test('killed, it is away with its connections; restarted, it is back at its address', async () => {
      const bouncer = await start()
      const client = await connect(bouncer.url)
      const { pid } = bouncer
      const lost = new Promise((resolve) => client.once('end', resolve))
      await bouncer.kill()
      await lost
      await expect(connect(bouncer.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await bouncer.restart()
      expect(await sql(bouncer.url, 'select 1 as n')).toEqual([{ n: 1 }])
      expect(bouncer.pid).not.toBe(pid)
    })

    test('reloaded with another target, it sends its clients there', async () => {
      const other = await startServer(postgres18)
      onTestFinished(() => other.stop())
      const login = new URL(other.url)
      const bouncer = await start()
      // One password for both servers, as a standby has it.
      await sql(other.url, `alter role postgres password '${new URL(bouncer.url).password}'`)
      const client = await connect(bouncer.url)
      const port = async () => (await client.query('select inet_server_port() as port')).rows[0].port
      expect(await port()).not.toBe(Number(login.port))
      await bouncer.reload(other.url)
      expect(await port()).toBe(Number(login.port))
    })

    test('ends when the process that started it is killed with -9', async () => {
      const program = `
        import { ${pgbouncer.name}, startPgBouncer } from ${JSON.stringify(new URL('../testing.ts', import.meta.url))}
        const { url } = await startPgBouncer(${pgbouncer.name}, { target: ${JSON.stringify(await server(postgres18))} })
        console.log(url)
        setInterval(() => {}, 1000)`
      const args = ['--input-type=module', '-e', program]
      const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const [url] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
      expect(await sql(url, 'select 1 as n')).toEqual([{ n: 1 }])
      owner.kill('SIGKILL')
      const refused = () => connect(url).catch((error) => error.code)
      await expect.poll(refused, { timeout: 5_000 }).toBe('ECONNREFUSED')
    })
  })
}
