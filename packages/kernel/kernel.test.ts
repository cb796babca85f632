import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  configReference,
  createLifecycle,
  defineConfig,
  defineErrors,
  envExample,
  isError,
  maskedConfig,
  newId,
  readConfig,
  setting,
} from './kernel.ts'

describe('errors', () => {
  const { doorStuck } = defineErrors('house', {
    doorStuck: { status: 409, title: 'Stuck', detail: 'The door is stuck.', operator: 'Oil it.' },
  })

  test('a code is the pillar and the name in snake case', () => expect(doorStuck.code).toBe('house.door_stuck'))

  test('the public hears the catalogue, the log hears the operator', () => {
    const error = doorStuck({ operator: 'hinge 3', cause: new Error('rust') })
    expect(error).toMatchObject({ status: 409, detail: 'The door is stuck.', operator: 'hinge 3', message: 'hinge 3' })
    expect(isError(error, doorStuck)).toBe(true)
    expect(isError(new Error('house.door_stuck'), doorStuck)).toBe(false)
  })
})

describe('configuration', () => {
  const settings = defineConfig({
    port: setting('PORT', z.coerce.number().int('must be whole'), 'Where it listens.', { default: '80' }),
    key: setting('KEY', z.string().min(8, 'must be longer').optional(), 'Opens the door.', { secret: true }),
    mode: setting('MODE', z.enum(['slow', 'fast']), 'How it goes.'),
  })

  test('defaults count, and an empty variable is an absent one', () => {
    expect(readConfig(settings, { PORT: '', MODE: 'fast' })).toEqual({ port: 80, key: undefined, mode: 'fast' })
  })

  test('every problem is told at once, by variable, and no secret', () => {
    const read = () => readConfig(settings, { PORT: '1.5', KEY: 'hunter2' })
    expect(read).toThrow(/PORT=1\.5: must be whole/)
    expect(read).toThrow(/KEY: must be longer/)
    expect(read).toThrow(/MODE: /)
    expect(read).not.toThrow(/hunter2/)
  })

  test('what is shown masks secrets', () => {
    const config = readConfig(settings, { KEY: 'a long secret', MODE: 'slow' })
    expect(maskedConfig(settings, config)).toEqual({ PORT: '80', KEY: '********', MODE: 'slow' })
  })

  test('the documents have every variable', () => {
    for (const variable of ['PORT', 'KEY', 'MODE']) {
      expect(configReference(settings)).toContain(`\`${variable}\``)
      expect(envExample(settings)).toContain(`# ${variable}=`)
    }
  })
})

describe('lifecycle', () => {
  const part = (name: string, log: string[], stop?: () => Promise<void>) => ({
    name,
    start: async () => void log.push(`start ${name}`),
    drain: async () => void log.push(`drain ${name}`),
    stop: stop ?? (async () => void log.push(`stop ${name}`)),
  })

  test('parts drain and stop in the reverse of their start, once', async () => {
    const log: string[] = []
    const lifecycle = createLifecycle({ stopTimeoutMs: 100, onProblem: () => {} })
    await lifecycle.start(part('a', log))
    await lifecycle.start(part('b', log))
    await Promise.all([lifecycle.stop(), lifecycle.stop()])
    expect(log).toEqual(['start a', 'start b', 'drain b', 'drain a', 'stop b', 'stop a'])
  })

  test('a part that hangs or fails does not keep the others', async () => {
    const log: string[] = []
    const problems: string[] = []
    const lifecycle = createLifecycle({ stopTimeoutMs: 20, onProblem: (name) => problems.push(name) })
    await lifecycle.start(part('a', log))
    await lifecycle.start(part('hangs', log, () => new Promise(() => {})))
    await lifecycle.start(part('fails', log, async () => Promise.reject(new Error('no'))))
    await lifecycle.stop()
    expect(log.at(-1)).toBe('stop a')
    expect(problems).toEqual(['fails', 'hangs'])
  })

  test('when a part does not start, those before it are stopped', async () => {
    const log: string[] = []
    const lifecycle = createLifecycle({ stopTimeoutMs: 100, onProblem: () => {} })
    await lifecycle.start(part('a', log))
    await expect(lifecycle.start({ name: 'b', start: () => Promise.reject(new Error('no')) })).rejects.toThrow('no')
    expect(log).toEqual(['start a', 'drain a', 'stop a'])
  })
})

test('ids are UUIDv7 and grow', () => {
  const ids = Array.from({ length: 1_000 }, newId)
  expect(ids.toSorted()).toEqual(ids)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('a crash point kills at the visit it is armed for, and is inert otherwise', () => {
  const kernel = fileURLToPath(new URL('./kernel.ts', import.meta.url))
  const run = (arm: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      import { armCrashPoint, crashPoint } from ${JSON.stringify(kernel)}
      ${arm}
      for (const visit of [1, 2, 3]) { console.log(visit); crashPoint('here') }
    `,
      ],
      { encoding: 'utf8' },
    )
  expect(run(`armCrashPoint('here#2')`)).toMatchObject({ signal: 'SIGKILL', stdout: '1\n2\n' })
  expect(run(`armCrashPoint('there')`)).toMatchObject({ signal: null, stdout: '1\n2\n3\n' })
  expect(run('')).toMatchObject({ signal: null, stdout: '1\n2\n3\n' })
})
