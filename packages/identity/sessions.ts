/**
 * Sessions: somebody signed in to a tenant. A session is a family of refresh tokens, each of which is good for one renewal.
 *
 * A token that has been renewed is worth nothing, except that it names its successor again for ten seconds: the answer may
 * have been lost, or two tabs may have asked at once. Any other use of an old token means that two parties hold the family,
 * and ends the session for both (RFC 9700, 4.14.2).
 */
import { crashPoint, newId } from '@rowhouse/kernel'
import type { Log } from '@rowhouse/telemetry'
import type { Door, TenantDb } from '@rowhouse/tenancy'
import { sql } from 'kysely'
import { type AccessTokens, accessTokenLifeS, type SignedInMember } from './access-tokens.ts'
import type { AuthKeys } from './auth-keys.ts'
import { identityErrors } from './errors.ts'
import { findMember } from './members.ts'
import { newRefreshToken, readRefreshToken, type RefreshToken, successorOf } from './refresh-tokens.ts'
import type { IdentityTables } from './tables.ts'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds for which the access token is valid. */
  readonly expiresIn: number
}

export interface Sessions {
  /** Opens one in the tenant inside whose door `db` is. */
  open(db: TenantDb<IdentityTables>, member: Omit<SignedInMember, 'sessionId'>): Promise<Tokens>
  /**
   * @param hostTenantId the tenant whose host was asked, if it was one's: other tenants' sessions do not exist there.
   * @throws identity.session_over for any token that is not a live one, whatever it is
   */
  refresh(refreshToken: string, hostTenantId: string | null): Promise<Tokens>
  /** Ends the session of this token, also of an old one. Does nothing when there is none. */
  close(refreshToken: string, hostTenantId: string | null): Promise<void>
}

export function createSessions({
  control,
  door,
  keys,
  tenantExists,
  accessTokens,
  log,
}: {
  /** The door at the control database, where sessions live. */
  readonly control: Door
  readonly door: Door
  readonly keys: AuthKeys
  readonly tenantExists: (tenantId: string) => Promise<boolean>
  readonly accessTokens: AccessTokens
  readonly log: Log
}): Sessions {
  const refreshKeys = keys.deriveAll('refresh tokens')
  const tokens = async (member: SignedInMember, { text }: RefreshToken): Promise<Tokens> => ({
    accessToken: await accessTokens.issue(member),
    refreshToken: text,
    expiresIn: accessTokenLifeS,
  })
  /** The token, when it can be one of a tenant that is there. */
  async function read(text: string, hostTenantId: string | null): Promise<RefreshToken | undefined> {
    const token = readRefreshToken(text)
    if (!token || (hostTenantId !== null && hostTenantId !== token.tenantId)) return undefined
    return (await tenantExists(token.tenantId)) ? token : undefined
  }
  const close = ({ tenantId, sessionId, familyHash }: RefreshToken) =>
    control.query(tenantId, closeSession, [sessionId, familyHash])

  return {
    async open(db, member) {
      const id = newId()
      const token = newRefreshToken(member.tenantId, id)
      const { accountId, memberId } = member
      await db
        .with('swept', (rows) => rows.deleteFrom('sessions').where('accountId', '=', accountId).where(isPast))
        .insertInto('sessions')
        .values({ id, accountId, memberId, familyHash: token.familyHash, tokenHash: token.hash })
        .execute()
      return tokens({ ...member, sessionId: id }, token)
    },

    async refresh(text, hostTenantId) {
      const token = await read(text, hostTenantId)
      if (!token) throw identityErrors.sessionOver()
      const { tenantId, sessionId, familyHash } = token
      // Before the token is spent: while the tenant's own database is away, the client must be able to ask again later.
      const holder = (await control.query(tenantId, findHolder, [sessionId, familyHash])).rows[0] as unknown as
        | SessionHolder
        | undefined
      if (!holder) throw identityErrors.sessionOver()
      const { accountId, memberId } = holder
      const member = await findMember(door, tenantId, memberId)
      if (!member) {
        await close(token)
        throw identityErrors.sessionOver({ operator: `Member ${memberId} has left the tenant` })
      }

      const successors = refreshKeys.map((key) => successorOf(token, key))
      const values = [sessionId, familyHash, token.hash, successors.map(({ hash }) => hash)]
      const session = (await control.query(tenantId, rotate, values)).rows[0] as unknown as RotatedSession | undefined
      crashPoint('identity.refresh.rotated')
      if (!session) throw identityErrors.sessionOver()
      const { tokenHash, revokedAt, revokedNow } = session
      if (revokedNow)
        log.warn(
          { event: 'session.reused', tenant: tenantId, session: sessionId, accountId },
          'session ended: an old refresh token was used',
        )
      const successor = successors.find(({ hash }) => hash.equals(tokenHash))
      if (revokedAt !== null || !successor) throw identityErrors.sessionOver()
      return tokens({ accountId, tenantId, memberId, role: member.role, sessionId }, successor)
    },

    async close(text, hostTenantId) {
      const token = await read(text, hostTenantId)
      if (token) await close(token)
      crashPoint('identity.sign-out.revoked')
    },
  }
}

interface SessionHolder {
  readonly accountId: string
  readonly memberId: string
}

interface RotatedSession {
  readonly tokenHash: Buffer
  readonly revokedAt: string | null
  readonly revokedNow: boolean
}

/** Not renewed for 30 days, or begun 90 days ago. */
const past = `(rotated_at <= now() - interval '30 days' or created_at <= now() - interval '90 days')`
const isPast = sql.raw<boolean>(past)

const findHolder = 'select account_id, member_id from sessions where id = $1 and family_hash = $2'

/**
 * Everything about a refresh is decided in this one statement, on the row's newest version: of two at once the second
 * waits for the first and sees what it did, and so does a refresh beside a sign-out.
 *
 * $1 session, $2 hash of the family's part, $3 hash of the token shown, $4 hashes of its successor: by each key of AUTH_KEY,
 * the one in force first.
 */
const rotate = `
  update sessions set
    token_hash = case when revoked_at is null and token_hash = $3 then ($4::bytea[])[1] else token_hash end,
    parent_hash = case when revoked_at is null and token_hash = $3 then $3 else parent_hash end,
    rotated_at = case when revoked_at is null and token_hash = $3 then now() else rotated_at end,
    revoked_at = case
      when revoked_at is not null then revoked_at
      when token_hash = $3 then null
      when parent_hash = $3 and rotated_at > now() - interval '10 seconds' then null
      else now()
    end
  where id = $1 and family_hash = $2 and not ${past}
  returning token_hash, revoked_at, coalesce(revoked_at = now(), false) as revoked_now`

const closeSession = `update sessions set revoked_at = now() where id = $1 and family_hash = $2 and revoked_at is null`
