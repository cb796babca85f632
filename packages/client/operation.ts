/** One operation of an API, as much of it as a client needs. Tables of them are generated from OpenAPI documents. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/api/v1/tickets/{id}`. What the input has besides goes into the query (GET, DELETE) or the JSON body. */
  readonly path: string
  /** The input is the body: bytes of this media type. */
  readonly accepts?: string
  /** It answers a list, page by page. */
  readonly paged?: true
  /** It takes an `Idempotency-Key`: sent again with the same one, it is done once. */
  readonly keyed?: true
  /** It is for anybody: no token is sent. */
  readonly public?: true
}

/** By name: `tickets.open`. */
export type Operations = Readonly<Record<string, Operation>>

/** What a body that is not JSON is made of. */
export type Bytes = string | Blob | ArrayBuffer | Uint8Array<ArrayBuffer>

/** For a single call. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. A command may have been done nonetheless. */
  readonly signal?: AbortSignal | undefined
  /** How long one attempt may take. */
  readonly timeoutMs?: number
  /** How long all attempts and the waits between them may take. */
  readonly deadlineMs?: number
}

/** For a call that changes something. */
export interface CommandOptions extends CallOptions {
  /**
   * Under which the command is done once, however often it is sent. Made for each call, unless you give one: keep it with
   * what you want done, and you can ask again after a crash. With `false` there is none, and the call is not repeated.
   */
  readonly idempotencyKey?: string | false
}

/** For a change of something that others may be changing too. */
export interface ChangeOptions extends CommandOptions {
  /** `etagOf` what you saw: if it is no longer like that, nothing is changed and the answer is an error of status 412. */
  readonly ifMatch?: string
}
