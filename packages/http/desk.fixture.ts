/** A little desk for the tests of this package: two tenants, a few operations of each kind, their keys. */
import { defineErrors } from '@rowhouse/kernel'
import { createLog } from '@rowhouse/telemetry'
import { z } from 'zod'
import {
  type Caller,
  type HttpServer,
  type HttpServerOptions,
  type Operation,
  createHttpServer,
  cursorPage,
  decodeCursor,
  httpErrors,
  pageInput,
  permission,
} from './http.ts'

export const readTickets = permission('tickets:read', 'Read tickets')
export const writeTickets = permission('tickets:write', 'Open and change tickets')
export const deskErrors = defineErrors('desk', {
  closed: { status: 409, title: 'Closed', detail: 'The ticket is closed.', operator: 'A write to a closed ticket.' },
  busy: { status: 503, title: 'Busy', detail: 'The desk is busy.', operator: 'Overload.', retryAfterS: 7 },
})

export const acme = '0198c7a0-0000-7000-8000-00000000000a'
export const globex = '0198c7a0-0000-7000-8000-00000000000b'
export const ticketOf = {
  [acme]: '0198c7a0-1111-7000-8000-00000000000a',
  [globex]: '0198c7a0-1111-7000-8000-00000000000b',
}

const caller = (tenantId: string | null, permissions: string[]): Caller => ({
  kind: tenantId === null ? 'operator' : 'api-key',
  id: 'key-1',
  memberId: null,
  tenantId,
  permissions,
})

export const keys = { acme: 'acme-key', globex: 'globex-key', reader: 'reader-key', operator: 'operator-key' }
const callers: Record<string, Caller> = {
  'acme-key': caller(acme, ['*']),
  'globex-key': caller(globex, ['*']),
  'reader-key': caller(acme, ['tickets:read']),
  'operator-key': caller(null, ['*']),
}

const Ticket = z
  .object({
    id: z.uuid(),
    subject: z.string().min(1).max(200).meta({ example: 'The printer is on fire' }),
    priority: z.enum(['low', 'high']),
    tags: z.array(z.string()),
  })
  .meta({ id: 'Ticket', description: 'A ticket.' })

const ticket = (id: string) => ({
  id,
  subject: 'Printer',
  priority: 'low' as const,
  tags: [],
  secretNote: 'never leaves',
})

interface Definition<Input extends z.ZodType> {
  readonly http: `${Operation['method']} /${string}`
  readonly input: Input
  readonly output?: z.ZodType
  readonly run: (input: z.output<Input>, caller: Caller) => unknown
  readonly options?: Partial<Operation>
}

export function operation<Input extends z.ZodType>(
  name: string,
  { http, input, output = z.object({}), run, options }: Definition<Input>,
): Operation {
  const [method, path] = http.split(' ') as [Operation['method'], string]
  return {
    name,
    module: name.split('.')[0] ?? name,
    summary: `Does ${name}`,
    audience: 'tenant',
    method,
    path,
    status: 200,
    permission: readTickets,
    input,
    output,
    errors: [],
    run: async ({ input: value, caller: who }) => run(value as z.output<Input>, who),
    ...options,
  }
}

export const operations: readonly Operation[] = [
  operation('tickets.list', {
    http: 'GET /tickets',
    input: z.object({ ...pageInput, open: z.boolean().optional(), tags: z.array(z.string()).optional() }),
    output: cursorPage(Ticket),
    run: ({ cursor }, { tenantId }) => {
      if (cursor !== undefined) decodeCursor(cursor, z.tuple([z.string()]))
      return { items: [ticket(ticketOf[tenantId as typeof acme])], nextCursor: null }
    },
  }),
  operation('tickets.inbox', {
    http: 'GET /tickets/inbox',
    input: z.object({}),
    output: cursorPage(Ticket),
    run: () => ({ items: [], nextCursor: null }),
  }),
  operation('tickets.get', {
    http: 'GET /tickets/:id',
    input: z.object({ id: z.uuid() }),
    output: Ticket,
    run: ({ id }, { tenantId }) => {
      if (id !== ticketOf[tenantId as typeof acme]) throw httpErrors.notFound({ operator: `no ticket ${id}` })
      return ticket(id)
    },
  }),
  operation('tickets.open', {
    http: 'POST /tickets',
    input: z.object({
      subject: z.string().min(1).max(200).meta({ example: 'The printer is on fire' }),
      priority: z.enum(['low', 'high']).default('low'),
      tags: z.array(z.string().max(20)).default([]),
      requester: z.strictObject({ email: z.email(), name: z.string().optional() }).optional(),
      custom: z.record(z.string(), z.unknown()).optional(),
    }),
    output: Ticket,
    run: ({ subject }, { tenantId }) => ({ ...ticket(ticketOf[tenantId as typeof acme]), subject }),
    options: {
      status: 201,
      permission: writeTickets,
      // Has no answers to give again: what it is given is looked at.
      runOnce: async ({ input }, { keyHash, requestHash, answer }) => {
        const hashes = [keyHash, requestHash].map((hash) => hash.toString('hex'))
        const made = answer({ ...ticket(ticketOf[acme]), tags: hashes })
        return { ...made, replayed: (input as { subject: string }).subject === 'Sent twice' }
      },
    },
  }),
  operation('tickets.update', {
    http: 'PATCH /tickets/:id',
    input: z.object({ id: z.uuid(), subject: z.string().optional() }),
    output: Ticket,
    run: ({ id }) => ticket(id),
    options: {
      permission: writeTickets,
      errors: [deskErrors.closed],
      etag: true,
      conditional: true,
      run: async ({ input, expects }) => {
        const { id } = input as { id: string }
        expects?.(ticket(id))
        return ticket(id)
      },
    },
  }),
  operation('tickets.close', {
    http: 'POST /tickets/:id/close',
    input: z.object({ id: z.uuid() }),
    run: () => ({}),
    options: { permission: writeTickets, errors: [deskErrors.closed] },
  }),
  operation('tickets.delete', {
    http: 'DELETE /tickets/:id',
    input: z.object({ id: z.uuid() }),
    run: () => undefined,
    options: { status: 204, permission: writeTickets },
  }),
  operation('mail.receive', {
    http: 'POST /inbound-mail',
    input: z.instanceof(Uint8Array),
    output: z.object({ bytes: z.int() }),
    run: (bytes) => ({ bytes: bytes.length }),
    options: { status: 201, accepts: 'message/rfc822', permission: writeTickets },
  }),
  operation('desk.break', {
    http: 'POST /break/:how',
    input: z.object({ how: z.enum(['throw', 'shape', 'busy', 'closed', 'string']) }),
    run: ({ how }) => {
      if (how === 'throw') throw new Error('select secret from tickets')
      if (how === 'string') throw 'a secret string' // oxlint-disable-line no-throw-literal
      if (how === 'busy') throw deskErrors.busy()
      if (how === 'closed') throw deskErrors.closed({ operator: 'secret words' })
      return { items: 'secret shape' }
    },
    output: z.object({ id: z.uuid() }),
    options: { errors: [deskErrors.closed, deskErrors.busy] },
  }),
  operation('tenants.list', {
    http: 'GET /tenants',
    input: z.object(pageInput),
    output: cursorPage(z.object({ id: z.uuid(), slug: z.string().meta({ example: 'acme' }) })),
    run: () => ({ items: [{ id: acme, slug: 'acme' }], nextCursor: null }),
    options: { audience: 'operator', permission: null },
  }),
]

export interface Desk extends AsyncDisposable {
  readonly origin: string
  readonly port: number
  readonly server: HttpServer
  readonly options: HttpServerOptions
  /** Every line of the log so far. */
  lines(): Record<string, unknown>[]
  call(path: string, init?: RequestInit & { readonly key?: string | null; readonly duplex?: 'half' }): Promise<Response>
}

export async function openDesk(options: Partial<HttpServerOptions> = {}): Promise<Desk> {
  const written: string[] = []
  const log = createLog({ level: 'info', stream: { write: (line: string) => void written.push(line) } })
  const hosts: Record<string, string> = { 'acme.localhost': acme, 'globex.localhost': globex }
  const used: HttpServerOptions = {
    operations,
    authenticate: async (audience, token) => {
      const found = callers[token]
      return found !== undefined && (found.tenantId === null) === (audience === 'operator') ? found : null
    },
    tenantOfHost: async (host) => hosts[host] ?? null,
    ready: async () => [],
    log,
    ...options,
  }
  const server = createHttpServer(used)
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    origin,
    port: Number(new URL(origin).port),
    server,
    options: used,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    call: (path, { key = keys.acme, headers, ...init } = {}) =>
      fetch(origin + path, {
        ...init,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(headers as Record<string, string>),
        },
      }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}
