import { RowhouseError, defineErrors } from '@rowhouse/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog } from './telemetry.ts'

const canary = 'canary-7f3a9c'

function capture() {
  const lines: string[] = []
  const log = createLog({ level: 'trace', stream: { write: (line) => void lines.push(line) } })
  const last = () => JSON.parse(lines.at(-1) ?? 'null')
  return { log, lines, last }
}

describe('a log line', () => {
  test('is one JSON object with an ISO time, a level by name, the fields and the words', () => {
    const { log, lines, last } = capture()
    log.child({ requestId: 'r1' }).info({ tenant: 't1', status: 200, durationMs: 1.5 }, 'request')
    expect(lines[0]).toMatch(/^[^\n]*\n$/)
    const { time, ...rest } = last()
    expect(new Date(time).toISOString()).toBe(time)
    expect(rest).toEqual({
      level: 'info',
      requestId: 'r1',
      tenant: 't1',
      status: 200,
      durationMs: 1.5,
      msg: 'request',
    })
  })

  test('below the level is not written', () => {
    const lines: string[] = []
    const log = createLog({ level: 'warn', stream: { write: (line) => void lines.push(line) } })
    log.info('quiet')
    log.warn('loud')
    expect(lines).toHaveLength(1)
  })

  test.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'password',
    'newPassword',
    'password_hash',
    'apiKey',
    'api_key',
    'x-api-key',
    'apiKeys',
    'secret',
    'clientSecret',
    'client_secret',
    'token',
    'accessToken',
    'refresh_token',
    'privateKey',
  ])('holds no value of %s, at any depth', (key) => {
    const { log, lines, last } = capture()
    log.info({ [key]: canary })
    log.info({ [key]: [canary, { a: canary }] })
    log.info({ request: { headers: { [key]: canary } }, list: [{ deep: { deeper: { [key]: 1234 } } }] })
    log.child({ [key]: canary, inner: { [key]: canary } }).info('child')
    const bound = log.child({}, { level: 'debug' }).child({ [key]: canary })
    bound.setBindings({ more: { [key]: canary } })
    bound.info('grandchild')
    log.info('%o and %j', { [key]: canary }, [{ [key]: canary }])
    log.info({ a: 1 }, 'an error %o', Object.assign(new Error('x'), { [key]: canary }))
    log.error(new Error('outer', { cause: new Error('inner', { cause: { [key]: canary } }) }))
    log.info({ custom: { toJSON: () => ({ [key]: canary }) } })
    expect(lines.join('')).not.toContain(canary)
    expect(lines.join('')).not.toContain('1234')
    expect(last().custom[key]).toBe('[redacted]')
  })

  test('keeps what is only called like a secret', () => {
    const { log, last } = capture()
    const fields = {
      apiKeyId: 'k1',
      tokenCount: 3,
      secretName: 'mail',
      hasPassword: true,
      password: null,
      cookies: false,
    }
    log.info(fields)
    expect(last()).toMatchObject(fields)
  })

  test.each([
    `postgres://app:${canary}@127.0.0.1:5432/rowhouse`,
    `postgres://app:a/b@${canary}@127.0.0.1:5432/rowhouse`,
    `redis://:${canary}@127.0.0.1`,
    `amqps://u:${canary}@127.0.0.1/v`,
    `https://u:${canary}@127.0.0.1/path`,
    `GET /hook?a=1&access_token=${canary}&b=2`,
    `Bearer ${canary}.${canary}`,
    `authorization: Basic ${canary}==`,
  ])('holds no secret inside text: %s', (text) => {
    const { log, lines, last } = capture()
    log.info(text)
    log.info({ text, list: [`before ${text} after`] }, 'as a field')
    log.info({ target: URL.canParse(text) ? new URL(text) : text })
    log.error(new Error(`could not reach ${text}`, { cause: new Error(text) }))
    log.child({ text }).info('as a binding')
    expect(lines.join('')).not.toContain(canary)
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
    expect(last().text).toContain('[redacted]')
  })

  test('keeps addresses without secrets', () => {
    const { log, last } = capture()
    const text = 'http://127.0.0.1:3000/@scope/x?page=2 postgres://app@127.0.0.1/db mail to ada@example.org, at 12:30'
    log.info(text)
    expect(last().msg).toBe(text)
  })

  test('is valid JSON whatever is logged', () => {
    fc.assert(
      fc.property(
        fc.object({ withBigInt: true, withDate: true, withTypedArray: true }),
        fc.string(),
        (fields, words) => {
          const { log, last } = capture()
          log.info(fields, words)
          expect(last().msg).toBeDefined()
        },
      ),
    )
  })

  test('survives cycles, bytes and depth', () => {
    const { log, last } = capture()
    const cycle: Record<string, unknown> = { bytes: Buffer.from('abc'), at: new Date(0), n: 1n }
    cycle['self'] = cycle
    log.info(cycle)
    expect(last()).toMatchObject({ bytes: '[3 bytes]', at: '1970-01-01T00:00:00.000Z', n: '1', self: '[circular]' })
  })

  test('is written even when what is logged throws', () => {
    const { log, last } = capture()
    const hostile = {
      toJSON: () => {
        throw new Error('not me')
      },
    }
    log.info({ hostile }, 'still %o', hostile)
    expect(last()).toMatchObject({ level: 'info', unloggable: 'Error: not me' })
    expect(last().msg).toContain('still')
  })

  test('costs no time when its text is made to be costly', () => {
    const { log } = capture()
    const hostile = ['a://b:', 'a.', '?a', 'Bearer ', 'http://u:', ':', '&token'].map((part) => part.repeat(10_000))
    const started = performance.now()
    for (const text of hostile) log.info(text)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('a logged error', () => {
  const errors = defineErrors('sample', {
    broken: { status: 503, title: 'Broken', detail: 'For the public.', operator: 'Look at the pump.' },
  })

  test('of the catalogue has its code, its status and the words for operators', () => {
    const { log, last } = capture()
    log.error({ err: errors.broken({ operator: 'pump 3 stopped', cause: new RangeError('pressure') }) }, 'failed')
    const { err } = last()
    expect(err).toMatchObject({ type: 'RowhouseError', code: 'sample.broken', status: 503, operator: 'pump 3 stopped' })
    expect(err.stack).toContain('log.test.ts')
    expect(err.cause).toMatchObject({ type: 'RangeError', message: 'pressure' })
    log.error(errors.broken())
    expect(last().err.operator).toBe('Look at the pump.')
    expect(errors.broken()).toBeInstanceOf(RowhouseError)
  })

  test('carries nothing that a library hung on it', () => {
    const { log, lines, last } = capture()
    const failure = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'customers_email',
      detail: `Key (email)=(${canary}) already exists.`,
      request: { body: canary },
    })
    log.error(failure)
    expect(last().err).toMatchObject({ code: '23505', constraint: 'customers_email' })
    log.error(new AggregateError([failure, failure], 'both'))
    expect(last().err.errors).toHaveLength(2)
    expect(lines.join('')).not.toContain(canary)
  })
})
