import { anybody, type Caller, type Operation } from './operation.ts'
import { httpErrors } from './errors.ts'

/** Who holds this token, or null. Throws only when it cannot know. */
export type Authenticate = (audience: 'tenant' | 'operator', token: string) => Promise<Caller | null>

/** @throws http.unauthenticated: one answer for a missing, malformed, unknown, expired or foreign key */
export async function authenticated(
  authorization: string | undefined,
  audience: Operation['audience'],
  authenticate: Authenticate,
): Promise<Caller> {
  if (audience === 'public') return anybody
  const token = bearerToken(authorization)
  const caller = token === null ? null : await authenticate(audience, token)
  if (caller === null) throw httpErrors.unauthenticated()
  const callerAudience = caller.tenantId === null ? 'operator' : 'tenant'
  if (callerAudience !== audience)
    throw httpErrors.unauthenticated({ operator: `authenticate gave a caller of ${callerAudience} to ${audience}` })
  return caller
}

/** @throws http.forbidden naming the permission that is lacking */
export function authorized(caller: Caller, { permission }: Pick<Operation, 'permission'>): void {
  if (permission === null || caller.permissions.includes('*') || caller.permissions.includes(permission.name)) return
  throw httpErrors.forbidden({ detail: `The key lacks the permission \`${permission.name}\`.` })
}

/** RFC 6750, 2.1. The one way in: neither query nor cookies carry keys. */
const bearerToken = (authorization = ''): string | null =>
  /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization)?.[1] ?? null
