/** Results carry the ETag that they came with, unseen: they stay what the API describes. */

const etags = new WeakMap<object, string>()

export function rememberEtag(result: unknown, etag: string | null): void {
  if (typeof result === 'object' && result !== null && etag !== null) etags.set(result, etag)
}

/**
 * The version of a result, for `ifMatch`:
 *
 * ```ts
 * const ticket = await client.tickets.show({ id })
 * await client.tickets.update({ id, priority: 'high' }, { ifMatch: etagOf(ticket) })
 * ```
 *
 * @throws TypeError when the object is not itself the result of a call, or came without an ETag: a change that was to be
 *   guarded must not become one that is not
 */
export function etagOf(result: object): string {
  const etag = etags.get(result)
  if (etag === undefined) throw new TypeError('This is not a result that came with an ETag')
  return etag
}
