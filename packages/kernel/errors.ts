/**
 * The error catalogue. Every failure that can leave the process has a stable code and two voices: `detail` is for the
 * public and never varies with data the caller may not see; `operator` goes to the log only.
 *
 * A thing that is missing and a thing that the caller may not see are one error, `not_found`: a caller must not be able
 * to tell them apart. Which of the two it was, stands in the operator's words.
 */
export interface ErrorDefinition {
  /** HTTP status. */
  readonly status: number
  /** A few words, the same for every occurrence. */
  readonly title: string
  /** The public's words: what happened and what to do. */
  readonly detail: string
  /** The operator's words: where to look and what to do. Shown by `rowhouse explain CODE`. */
  readonly operator: string
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  readonly retryAfterS?: number
}

/** One invalid field: a JSON pointer (RFC 6901) into the request and what is wrong there. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

interface Occurrence {
  /** Replaces the catalogue's public words. Must hold nothing that the caller may not see. */
  readonly detail?: string
  /** What really happened, for the log. */
  readonly operator?: string
  readonly errors?: readonly FieldProblem[]
  /** Replaces the catalogue's. */
  readonly retryAfterS?: number
  readonly cause?: unknown
}

export class RowhouseError extends Error {
  readonly code: string
  readonly definition: ErrorDefinition
  readonly detail: string
  readonly operator: string | undefined
  readonly errors: readonly FieldProblem[] | undefined
  readonly retryAfterS: number | undefined

  constructor(code: string, definition: ErrorDefinition, occurrence: Occurrence = {}) {
    super(occurrence.operator ?? occurrence.detail ?? definition.detail, { cause: occurrence.cause })
    this.name = 'RowhouseError'
    this.code = code
    this.definition = definition
    this.detail = occurrence.detail ?? definition.detail
    this.operator = occurrence.operator
    this.errors = occurrence.errors
    this.retryAfterS = occurrence.retryAfterS ?? definition.retryAfterS
  }

  get status(): number {
    return this.definition.status
  }
}

/** A code of the catalogue, callable: `throw notFound({ operator: 'no ticket …' })`. */
export interface ErrorCode {
  (occurrence?: Occurrence): RowhouseError
  readonly code: string
  readonly definition: ErrorDefinition
}

/** Declares a pillar's part of the catalogue. Codes are `<pillar>.<name>`, in snake case, and never change. */
export function defineErrors<const Names extends Record<string, ErrorDefinition>>(
  pillar: string,
  definitions: Names,
): { readonly [Name in keyof Names]: ErrorCode } {
  const entries = Object.entries(definitions).map(([name, definition]) => {
    const code = `${pillar}.${snakeCase(name)}`
    const create = (occurrence?: Occurrence) => new RowhouseError(code, definition, occurrence)
    return [name, Object.assign(create, { code, definition })]
  })
  return Object.fromEntries(entries)
}

/** Whether `error` is this occurrence of the catalogue: `isError(e, tenancyErrors.moving)`. */
export const isError = (error: unknown, code: ErrorCode): error is RowhouseError =>
  error instanceof RowhouseError && error.code === code.code

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
