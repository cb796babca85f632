import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { acme, openDesk, operation, operations, ticketOf, writeTickets } from './desk.fixture.ts'
import { Problem, openApiDocument } from './http.ts'

interface Described {
  readonly operationId: string
  readonly parameters?: readonly { name: string; in: string; required: boolean; example: unknown }[]
  readonly requestBody?: { content: Record<string, { schema: unknown; example: object | string }> }
  readonly responses: Record<
    string,
    { $ref?: string; content?: Record<string, { example?: unknown; examples?: Record<string, { value: unknown }> }> }
  >
  readonly 'x-permission'?: string
}
interface Document {
  readonly paths: Record<string, Record<string, Described>>
  readonly components: { schemas: Record<string, object>; responses: Record<string, Described['responses'][string]> }
}

const document = (audience: 'tenant' | 'operator', more: typeof operations = []) =>
  openApiDocument({
    operations: [...operations, ...more],
    audience,
    title: 'Desk',
    version: '1',
  }) as unknown as Document

test.each(['tenant', 'operator'] as const)(
  'a public linter finds nothing to say about the %s API',
  async (audience) => {
    const folder = await mkdtemp(join(tmpdir(), 'rowhouse-openapi-'))
    try {
      await writeFile(join(folder, 'openapi.json'), JSON.stringify(document(audience)))
      await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\n')
      const cli = join(createRequire(import.meta.url).resolve('@redocly/cli/package.json'), '../bin/cli.js')
      const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
      const lint = [cli, 'lint', 'openapi.json', '--format=json', '--config=redocly.yaml']
      const { stdout } = await promisify(execFile)(process.execPath, lint, { env, cwd: folder })
      expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] })
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  30_000,
)

describe('what the document says is what the server does', () => {
  test('every documented example of a request is accepted', async () => {
    await using desk = await openDesk()
    const { paths } = document('tenant')
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { operationId, parameters = [], requestBody, responses }] of Object.entries(methods)) {
        if (operationId === 'desk.break') continue
        const values = parameters
          .filter((parameter) => 'name' in parameter && parameter.name !== 'cursor')
          .map((parameter) => ({ ...parameter, text: String(parameter.example) }))
        const filled = values.reduce(
          (url, { name, text }) => url.replace(`{${name}}`, name === 'id' ? ticketOf[acme] : text),
          path,
        )
        const query = values
          .filter((parameter) => parameter.in === 'query')
          .map(({ name, text }) => `${name}=${encodeURIComponent(text)}`)
        const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? []
        const answer = await desk.call(`${filled}?${query.join('&')}`, {
          method: method.toUpperCase(),
          ...(type && body
            ? {
                body: typeof body.example === 'string' ? body.example : JSON.stringify(body.example),
                headers: { 'content-type': type },
              }
            : {}),
        })
        expect([operationId, answer.status]).toEqual([
          operationId,
          Number(Object.keys(responses).find((status) => status.startsWith('2'))),
        ])
      }
  })

  test('an example of the whole input is the one that is shown', () => {
    const example = { id: '0198c7a0-7f3b-7c1e-9d4a-5b6c7d8e9f01', mood: 'cross' }
    const cheer = {
      ...operations[0]!,
      name: 'desk.cheer',
      method: 'POST' as const,
      path: '/tickets/:id/cheer',
      input: z.strictObject({ id: z.uuid(), mood: z.string() }).meta({ id: 'Cheer', example }),
    }
    const { parameters, requestBody } = document('tenant', [cheer]).paths['/api/v1/tickets/{id}/cheer']!['post']!
    expect(parameters).toMatchObject([{ name: 'id', example: example.id }])
    expect(requestBody?.content['application/json']).toMatchObject({ example: { mood: 'cross' } })
    expect(requestBody?.content['application/json']?.schema).not.toHaveProperty('examples')
  })

  test('each error has its status, a valid problem as example, and its code as the example’s name', () => {
    const { paths, components } = document('tenant')
    const responses = paths['/api/v1/break/{how}']?.['post']?.responses ?? {}
    const codes = Object.entries(responses).flatMap(([status, response]) => {
      const { content = {} } = response.$ref
        ? (components.responses[response.$ref.split('/').at(-1) ?? ''] ?? {})
        : response
      return Object.entries(content['application/problem+json']?.examples ?? {}).map(([code, { value }]) => {
        expect(Problem.parse(value)).toMatchObject({
          code,
          ...(status === 'default' ? {} : { status: Number(status) }),
        })
        return code
      })
    })
    expect(codes.toSorted()).toEqual([
      'desk.busy',
      'desk.closed',
      'http.forbidden',
      'http.headers_too_large',
      'http.internal',
      'http.invalid_request',
      'http.method_not_allowed',
      'http.not_found',
      'http.request_timeout',
      'http.unauthenticated',
      'http.unavailable',
    ])
  })

  test('permissions, audiences and named schemas are there', () => {
    const tenant = document('tenant')
    expect(tenant.paths['/api/v1/tickets']?.['post']?.['x-permission']).toBe(writeTickets.name)
    expect(Object.keys(tenant.components.schemas)).toEqual(['Problem', 'Ticket'])
    expect(Object.keys(document('operator').paths)).toEqual(['/operator/v1/tenants'])
  })

  test('a type that comes in otherwise than it goes out has two names', () => {
    const Address = z.strictObject({ street: z.string(), country: z.string().default('CH') }).meta({ id: 'Address' })
    const { schemas } = document('tenant', [
      operation('people.move', {
        http: 'POST /people',
        input: z.object({ to: Address }),
        output: z.object({ at: Address }),
        run: () => ({}),
      }),
    ]).components
    expect(schemas['AddressInput']).toMatchObject({ required: ['street'] })
    expect(schemas['Address']).toMatchObject({ required: ['street', 'country'] })
  })
})

test('documents and the page of codes are served without a key', async () => {
  await using desk = await openDesk({ home: () => '<!doctype html><title>Home</title>' })
  for (const path of ['/openapi.json', '/operator/openapi.json']) {
    const answer = await desk.call(path, { key: null })
    expect(await answer.json()).toMatchObject({ openapi: '3.1.1' })
  }
  const codes = await (await desk.call('/docs/errors', { key: null })).text()
  expect(codes).toContain('id="http.not_found"')
  expect(codes).toContain('id="desk.closed"')
  const home = await desk.call('/', { key: null })
  expect(home.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await home.text()).toContain('Home')
})
