/** How a call fails: the server said no, or nothing that could be understood came back. */

/** What both kinds of failure tell. */
export abstract class CallError extends Error {
  /** The operation's name: `tickets.open`. */
  readonly operation: string = ''
  /** How often the request was sent. */
  readonly attempts: number = 0
  /** Under which the command was sent. Sent again with it, the command settles: done once, answered as it was then. */
  readonly idempotencyKey: string | undefined
  /** Whether the command may have been done nonetheless. Never true of what only reads. */
  readonly mayHaveHappened: boolean = false
}

type Circumstances = Pick<CallError, 'operation' | 'attempts' | 'idempotencyKey' | 'mayHaveHappened'>

/** Adds what is known only where all attempts are made. */
export const addCircumstances = (error: CallError, circumstances: Circumstances): CallError =>
  Object.assign(error, circumstances)

/** A problem document (RFC 9457), thrown. `Code` is the union of the API's documented codes. */
export class ApiError<Code extends string = string> extends CallError {
  override readonly name = 'ApiError'
  readonly status: number
  /** Stable: branch on it. `unknown` when what answered was not the API: a proxy, for example. */
  readonly code: Code
  readonly title: string
  readonly detail: string
  /** Give it when you ask about the request. */
  readonly requestId: string | undefined
  /** Each invalid field: a JSON pointer into the input and what is wrong there. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
  /** When the server says that a retry makes sense. */
  readonly retryAfterMs: number | undefined

  constructor(answer: Response, problem: Partial<ApiError<Code>>) {
    const { code = 'unknown' as Code, title = answer.statusText, detail = '', errors = [] } = problem
    super(`${answer.status} ${code}: ${detail || title}`)
    this.status = answer.status
    this.code = code
    this.title = title
    this.detail = detail
    this.errors = errors
    this.requestId = problem.requestId ?? answer.headers.get('x-request-id') ?? undefined
    this.retryAfterMs = retryAfterMs(answer.headers.get('retry-after'))
  }
}

/** Typed by the codes of an API. Without a code: whether it is any problem document. */
export const isProblemOf =
  <Codes extends string>() =>
  <Code extends Codes>(error: unknown, code?: Code): error is ApiError<Code> =>
    error instanceof ApiError && (code === undefined || error.code === code)

/** No answer, or none that could be understood: the network failed, time was up, the answer was cut off. See `cause`. */
export class NoAnswer extends CallError {
  override readonly name = 'NoAnswer'

  constructor(cause: unknown) {
    super(`No answer: ${reasons(cause).map(wordsOf).join(': ')}`, { cause })
  }
}

/** Nobody was there to hear the request: nothing has happened. `fetch` says so in the cause of its error. */
export const isUnheard = (error: unknown): boolean =>
  error instanceof NoAnswer &&
  reasons(error.cause).some((reason) => reason instanceof Error && 'code' in reason && unheard.has(reason.code))

const unheard = new Set<unknown>(['ECONNREFUSED', 'ENOTFOUND'])

/** An error and its causes, the outermost first. */
const reasons = (error: unknown): unknown[] =>
  error instanceof Error && error.cause !== undefined ? [error, ...reasons(error.cause)] : [error]

const wordsOf = (reason: unknown) => (reason instanceof Error && reason.message) || String(reason)

/** The session is over, here or elsewhere: somebody must sign in again. `cause` has the server's answer, if it said so. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded'

  constructor(options?: ErrorOptions) {
    super('The session is over: sign in again', options)
  }
}

/** Seconds, or a date (RFC 9110). */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
