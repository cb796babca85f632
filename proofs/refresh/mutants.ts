/** The renewal of sessions with one precaution less, and the stories in which it must show. */
import type { Edit } from '../nodes/edit.ts'

export interface Mutant {
  readonly name: string
  /** Names of scenarios. */
  readonly noticedIn: readonly string[]
  /** Two nodes whose clocks are apart. */
  readonly crooked?: boolean
  readonly edits: readonly Edit[]
}

const inSessions = (from: string, to: string): Edit => ({ file: 'packages/identity/sessions.ts', from, to })
const inTokens = (from: string, to: string): Edit => ({ file: 'packages/identity/refresh-tokens.ts', from, to })

const parentInTime = `when parent_hash = $3 and rotated_at > now() - interval '10 seconds' then null`

export const mutants: readonly Mutant[] = [
  {
    name: 'a successor is made at random',
    noticedIn: ['in parallel', 'an answer lost'],
    edits: [inTokens(`createHmac('sha256', key).update(parent.text).digest().subarray(0, 16)`, 'randomBytes(16)')],
  },
  {
    name: 'a successor is random, and whoever asks again is given another live one',
    noticedIn: ['in parallel', 'a parent within its window'],
    edits: [
      inTokens(`createHmac('sha256', key).update(parent.text).digest().subarray(0, 16)`, 'randomBytes(16)'),
      inSessions(
        'when revoked_at is null and token_hash = $3 then ($4',
        'when revoked_at is null and $3 in (token_hash, parent_hash) then ($4',
      ),
    ],
  },
  {
    name: 'whether it was ended is read first, and then written',
    noticedIn: ['signing out'],
    edits: [
      inSessions(
        'successors.map(({ hash }) => hash)]',
        `successors.map(({ hash }) => hash), ((await control.query(tenantId, 'select revoked_at from sessions where id = $1', [sessionId])).rows[0] as any)?.revokedAt ?? null]`,
      ),
      inSessions(
        'when revoked_at is null and token_hash = $3 then ($4',
        'when $5::timestamptz is null and token_hash = $3 then ($4',
      ),
      inSessions('when revoked_at is not null then revoked_at', 'when $5::timestamptz is not null then $5'),
    ],
  },
  {
    name: 'a renewal opens what was ended',
    noticedIn: ['signing out'],
    edits: [
      inSessions('case when revoked_at is null and token_hash = $3 then ($4', 'case when token_hash = $3 then ($4'),
      inSessions('when revoked_at is not null then revoked_at\n', ''),
    ],
  },
  {
    name: 'an old token ends nothing',
    noticedIn: ['older ones within the window'],
    edits: [inSessions('      else now()\n', '      else null\n')],
  },
  {
    name: 'a token older than the parent is not recognised',
    noticedIn: ['older ones within the window'],
    edits: [
      inSessions(
        'where id = $1 and family_hash = $2 and not',
        'where id = $1 and family_hash = $2 and $3 in (token_hash, parent_hash) and not',
      ),
    ],
  },
  {
    name: 'a grandparent has its window, too',
    noticedIn: ['a grandparent within the window'],
    edits: [inSessions(parentInTime, parentInTime.replace('parent_hash = $3 and ', ''))],
  },
  {
    name: 'a parent has no window: used once is used up',
    noticedIn: ['in parallel', 'two tabs'],
    edits: [inSessions(parentInTime, 'when false then null')],
  },
  {
    name: 'the window never ends',
    noticedIn: ['a parent after its window'],
    edits: [inSessions(parentInTime, 'when parent_hash = $3 then null')],
  },
  {
    name: 'the window is by the clock of the node',
    noticedIn: ['a parent within its window'],
    crooked: true,
    edits: [
      inSessions(
        'control.query(tenantId, rotate, values)',
        "control.query(tenantId, rotate.replaceAll('now()', `to_timestamp(${Date.now() / 1_000})`), values)",
      ),
    ],
  },
  {
    name: 'signing out forgets to end the session',
    noticedIn: ['signing out'],
    edits: [inSessions('if (token) await close(token)', 'if (token) void token')],
  },
  {
    name: 'signing out ends the live token only, not what it was renewed to meanwhile',
    noticedIn: ['signing out'],
    edits: [
      inSessions(
        'control.query(tenantId, closeSession, [sessionId, familyHash])',
        'control.query(tenantId, closeSession, [sessionId, familyHash, hash])',
      ),
      inSessions(
        'const close = ({ tenantId, sessionId, familyHash }',
        'const close = ({ tenantId, sessionId, familyHash, hash }',
      ),
      inSessions(
        'where id = $1 and family_hash = $2 and revoked_at is null`',
        'where id = $1 and family_hash = $2 and revoked_at is null and token_hash = $3`',
      ),
    ],
  },
  {
    name: 'signing out answers before it is done',
    noticedIn: ['signing out'],
    edits: [inSessions('if (token) await close(token)', 'if (token) setTimeout(() => void close(token), 500)')],
  },
  {
    name: 'nobody asks whether the member is still there',
    noticedIn: ['a member is removed'],
    edits: [
      inSessions(
        'const member = await findMember(door, tenantId, memberId)',
        `const member = { role: 'owner' as const }`,
      ),
    ],
  },
  {
    name: 'the secret that all tokens of the session share is not compared',
    noticedIn: ['a stranger guesses'],
    edits: [
      inSessions('where id = $1 and family_hash = $2 and not', 'where id = $1 and $2::bytea is not null and not'),
      inSessions(`where id = $1 and family_hash = $2'`, `where id = $1 and $2::bytea is not null'`),
    ],
  },
]
