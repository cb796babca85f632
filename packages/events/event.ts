/** What an event is, and how it is written down and read. */
import { newId } from '@rowhouse/kernel'
import { z } from 'zod'
import { eventErrors } from './errors.ts'

/** A kind of event: something that happened, told in the past tense. Compatible changes keep the version. */
export interface EventType<Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'event'
  /** `<things>.<happened>`: `tickets.opened`. */
  readonly name: string
  readonly version: number
  readonly payload: Payload
}

/**
 * Emits an event with everything that this transaction changes, or not at all.
 *
 * Events of one `key` are handled in order, one at a time. It is the payload's `id` unless said otherwise; without one,
 * the tenant: then all such events of the tenant take turns.
 *
 * @throws events.invalid_event when the schema refuses the payload, it is over 256 KiB, or no module exports the event
 */
export type Emit = <Payload extends z.ZodType>(
  event: EventType<Payload>,
  payload: z.output<Payload>,
  options?: { readonly key?: string },
) => void

/** An event as tables hold it. */
export interface StoredEvent {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly version: number
  /** JSON. */
  readonly payload: string
}

/** As the queues and brokers that may come to stand in between allow it. */
const maxPayloadBytes = 256 * 1024
const maxKeyBytes = 500

/** @throws events.invalid_event */
export function writeEvent<Payload extends z.ZodType>(
  { name, version, payload: schema }: EventType<Payload>,
  payload: z.output<Payload>,
  options: { readonly key: string | undefined; readonly tenantId: string },
): StoredEvent {
  const invalid = (why: string) => eventErrors.invalidEvent({ operator: `${name} ${version}: ${why}` })
  const written = z.safeEncode(schema, payload)
  // Where and what, never the values.
  if (!written.success) throw invalid(problems(written.error))
  const json = JSON.stringify(written.data)
  if (json === undefined) throw invalid('its payload is nothing that JSON can hold')
  const bytes = Buffer.byteLength(json)
  if (bytes > maxPayloadBytes) throw invalid(`its payload has ${bytes} bytes; ${maxPayloadBytes} are allowed`)
  const key = options.key ?? idOf(written.data) ?? options.tenantId
  if (key === '' || key.includes('\0') || Buffer.byteLength(key) > maxKeyBytes) {
    throw invalid(`its key must have 1 to ${maxKeyBytes} bytes, none of them NUL`)
  }
  return { id: newId(), key, name, version, payload: json }
}

/** @throws events.unreadable_payload */
export function readPayload({ payload: schema }: EventType, json: string): unknown {
  try {
    const read = z.safeDecode(schema, JSON.parse(json) as never)
    if (read.success) return read.data
    throw eventErrors.unreadablePayload({ operator: problems(read.error) })
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw eventErrors.unreadablePayload({ operator: 'it is not JSON' })
  }
}

function idOf(payload: unknown): string | undefined {
  const id = typeof payload === 'object' && payload !== null && 'id' in payload ? payload.id : undefined
  return typeof id === 'string' ? id : undefined
}

const problems = (error: z.ZodError) =>
  error.issues
    .map(({ path, code }) => `/${path.join('/')} (${code})`)
    .join(', ')
    .slice(0, 500)
