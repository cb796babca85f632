import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { coordinate } from './coordinator.ts'
import type { ServerDeclaration } from './declaration.ts'
import { postgres15, postgres18 } from './postgres.ts'
import { removeStaleData, startServer, temporary } from './provide.ts'
import { available, coordinatorVariable, server, servers } from './shared.ts'

afterEach(() => vi.unstubAllEnvs())

test('all who ask for a server share one, of the version they asked for', async () => {
  const urls = await Promise.all([server(postgres18), server(postgres18), server(postgres18)])
  expect(new Set(urls).size).toBe(1)
  expect(await majorOf(await server(postgres18))).toBe(18)
  for (const { title, url } of await servers(postgres18, postgres15)) {
    expect(title).toBe(`PostgreSQL ${await majorOf(url)}`)
  }
})

test('a private one is not the shared one, takes settings, and is gone after stop and after kill', async () => {
  const stopped = await startServer(postgres18, { max_connections: 23 })
  const killed = await startServer(postgres18)
  expect(await ask(stopped.url, 'show max_connections')).toBe('23')
  expect(new Set([await server(postgres18), stopped.url, killed.url]).size).toBe(3)
  await stopped.stop()
  await killed.kill()
  for (const { url } of [stopped, killed]) await expect(majorOf(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('one named by the environment is used as it is, never stopped, and not ours to kill', async () => {
  const own = await startServer(postgres18)
  try {
    vi.stubEnv('ROWHOUSE_TEST_POSTGRES18_URL', own.url)
    const named = await startServer(postgres18)
    expect(named.url).toBe(own.url)
    await named.stop()
    expect(await majorOf(own.url)).toBe(18)
    await expect(named.kill()).rejects.toThrow('not ours to kill')
  } finally {
    await own.stop()
  }
})

describe('a server that cannot be had', () => {
  test('is named with what gets it', async () => {
    await expect(startServer(nowhere)).rejects.toMatchObject({
      code: 'testing.missing_server',
      operator: expect.stringMatching(/Nowhere 1 .*get-nowhere .*ROWHOUSE_TEST_NOWHERE_URL/),
    })
  })

  test('is got from the first source that is usable here, and then found', async () => {
    let installed = false
    const get = async () => void (installed = true)
    const usable = { command: 'get it', isUsable: async () => true, get }
    const find = async () => (installed ? 'here' : undefined)
    const running = await startServer({ ...nowhere, sources: [...nowhere.sources, usable], find })
    expect(running.url).toBe('nowhere://here')
    await running.stop()
  })

  test('is left out on a laptop and named once at the end, and is a failure with CI=true', async () => {
    const shout = vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.stubEnv(coordinatorVariable, '')
    vi.stubEnv('CI', '')
    const end = await coordinate([nowhere])
    try {
      expect(await servers(nowhere)).toEqual([])
      expect(await available(nowhere)).toEqual([])
      await expect(server(nowhere)).rejects.toMatchObject({ code: 'testing.missing_server' })
      vi.stubEnv('CI', 'true')
      await expect(servers(nowhere)).rejects.toMatchObject({ code: 'testing.missing_server' })
      await expect(available(nowhere)).rejects.toMatchObject({ code: 'testing.missing_server' })
    } finally {
      await end()
    }
    expect(shout).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('LEFT OUT: the tests on Nowhere 1'))
    shout.mockRestore()
  })
})

test('a run that is killed with -9 leaves no server, and the next run removes its data', async () => {
  const { run, url } = await startRun()
  expect(await majorOf(url)).toBe(18)
  run.kill('SIGKILL')
  await once(run, 'exit')
  await expect.poll(() => majorOf(url).catch((error) => error.code), { timeout: 5_000 }).toBe('ECONNREFUSED')
  const dataOfRun = () => readdirSync(temporary()).filter((name) => name.startsWith(`rowhouse-test-${run.pid}-`))
  expect(dataOfRun()).toHaveLength(1)
  await removeStaleData()
  expect(dataOfRun()).toEqual([])
})

const nowhere: ServerDeclaration = {
  name: 'nowhere',
  title: 'Nowhere 1',
  variable: 'ROWHOUSE_TEST_NOWHERE_URL',
  find: async () => undefined,
  sources: [{ command: 'get-nowhere', isUsable: async () => false, get: async () => {} }],
  start: async (program) => ({ url: `nowhere://${program}`, stop: async () => {}, kill: async () => {} }),
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows[0]?.[0]
}

const majorOf = async (url: string) => Math.floor(Number(await ask(url, 'show server_version_num')) / 10_000)

/** Another process that starts a server and waits. */
async function startRun(): Promise<{ run: ChildProcess; url: string }> {
  const program = `
    import { postgres18, startServer } from ${JSON.stringify(new URL('../testing.ts', import.meta.url))}
    console.log((await startServer(postgres18)).url)
    setInterval(() => {}, 1000)`
  const run = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const url of createInterface({ input: run.stdout })) return { run, url }
  throw new Error('the run ended before its server was ready')
}
