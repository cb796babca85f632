import { RowhouseError } from '@rowhouse/kernel'
import { isSecretKey, masked } from './secrets.ts'

type Fields = Record<string, unknown>

/** A copy to be written to the log: secrets replaced, errors as fields, at any depth. Never throws. */
export function loggable(fields: object): Fields {
  try {
    return copyFields(fields, [])
  } catch (error) {
    return { unloggable: String(error) }
  }
}

/** The same for a value of any kind. */
export const loggableValue = (value: unknown): unknown => loggable({ value })['value']

function copyFields(fields: object, within: readonly object[]): Fields {
  const inner = [...within, fields]
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, field(key, value, inner)]))
}

function field(key: string, value: unknown, within: readonly object[]): unknown {
  const isHarmless = value === undefined || value === null || typeof value === 'boolean'
  return !isHarmless && isSecretKey(key) ? masked : copy(value, within)
}

function copy(value: unknown, within: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (within.includes(value)) return '[circular]'
  if (within.length >= deepest) return '[too deep]'
  if (value instanceof Error) return copyError(value, [...within, value])
  if (Array.isArray(value)) return value.map((item) => copy(item, [...within, value]))
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (hasToJson(value)) return copy(value.toJSON(), [...within, value])
  return copyFields(value, within)
}

/**
 * Chosen fields only: database drivers and HTTP clients hang rows, requests and whole URLs on their errors.
 * The stack goes to the log and nowhere else.
 */
function copyError(error: Error, within: readonly object[]): Fields {
  const { name, message, stack, cause } = error
  const { code, constraint, syscall } = error as { code?: unknown; constraint?: unknown; syscall?: unknown }
  return {
    type: name,
    code,
    message,
    ...(error instanceof RowhouseError && {
      status: error.status,
      operator: error.operator ?? error.definition.operator,
      fields: error.errors,
    }),
    constraint,
    syscall,
    stack,
    cause: copy(cause, within),
    ...(error instanceof AggregateError && { errors: copy(error.errors, within) }),
  }
}

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  typeof (value as { toJSON?: unknown }).toJSON === 'function'

const deepest = 12
