import { defineErrors } from '@rowhouse/kernel'

/** What the server itself can answer, besides what its operations add. */
export const httpErrors = defineErrors('http', {
  invalidRequest: {
    status: 400,
    title: 'Invalid request',
    detail: 'The request is not valid. `errors` names each field and what is wrong with it.',
    operator: 'The caller sent something that the operation does not accept. Nothing was done.',
  },
  invalidCursor: {
    status: 400,
    title: 'Invalid cursor',
    detail: 'The cursor is not one that this list gave out. Begin again without one.',
    operator: 'A cursor was made up, cut off, or taken from another list.',
  },
  unauthenticated: {
    status: 401,
    title: 'Unauthenticated',
    detail: 'Send a valid key or access token as `Authorization: Bearer <key or token>`.',
    operator: 'The key is missing, malformed, unknown, expired or revoked, or is one of the other audience.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'The key lacks a permission.',
    operator: "The caller's key lacks the operation's permission. Decided before anything was read.",
  },
  notFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such thing, or it is not visible to you.',
    operator: 'Missing, or not for this caller to see: the answer is the same on purpose.',
  },
  methodNotAllowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This path does not have the method. `Allow` lists those it has.',
    operator: 'The caller used a method that the path does not have.',
  },
  requestTimeout: {
    status: 408,
    title: 'Request timeout',
    detail: 'The request did not arrive in time.',
    operator: 'A client sent its request too slowly: a poor line, or an attempt to hold connections.',
  },
  payloadTooLarge: {
    status: 413,
    title: 'Payload too large',
    detail: 'The body is larger than this operation accepts.',
    operator: 'The body was over the limit, and was not kept.',
  },
  unsupportedMediaType: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The body is not of a type that this operation accepts.',
    operator: 'The caller sent a body with another Content-Type, charset or Content-Encoding.',
  },
  preconditionFailed: {
    status: 412,
    title: 'Precondition failed',
    detail: 'The thing is not in the state that the request is meant for. Read it again, and decide anew.',
    operator: 'If-Match named another state than the present one: somebody else has changed it. Nothing was done.',
  },
  idempotencyInFlight: {
    status: 409,
    title: 'In flight',
    detail: 'A request with this Idempotency-Key is being carried out. Send it again in a moment to get its answer.',
    operator: 'A client repeated a command before the first had its answer.',
    retryAfterS: 1,
  },
  idempotencyKeyReused: {
    status: 422,
    title: 'Idempotency-Key reused',
    detail: 'This Idempotency-Key belongs to another request. Nothing was done; take a new key for a new request.',
    operator: 'A client sent a key again with another operation, path, condition or body.',
  },
  idempotencyAnswerExpired: {
    status: 409,
    title: 'Answer expired',
    detail: 'The request was carried out, but its answer holds a secret and is no longer kept.',
    operator:
      'A client repeated a request after the minutes for which such an answer is kept, or AUTH_KEY was replaced.',
  },
  headersTooLarge: {
    status: 431,
    title: 'Request header fields too large',
    detail: 'The request line and headers together are larger than 16 KiB.',
    operator: 'Often an overgrown cookie or URL.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong on our side. Give the requestId when you ask about it.',
    operator: 'A defect: the log line with this requestId has the error and its stack.',
  },
  cannotListen: {
    status: 500,
    title: 'Cannot listen',
    detail: 'The server could not start.',
    operator: 'The address or port cannot be used: the message says why and what to do.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'The service cannot answer just now. Try again in a moment.',
    operator: 'Something that the server needs does not answer, or it is stopping. See /readyz on the management port.',
    retryAfterS: 2,
  },
})
