/** Ways to break the platform so that somebody is shown what is older, or told what is not so. Each must be noticed. */
import type { Edit } from '../nodes/edit.ts'

export interface Mutant {
  readonly name: string
  /** Where it shows. */
  readonly noticedIn: 'reading' | 'failing over' | 'a history that ended'
  readonly edits: readonly Edit[]
}

const inVisit = (from: string, to: string): Edit => ({ file: 'packages/tenancy/visit.ts', from, to })
const inRead = (from: string, to: string): Edit => ({ file: 'packages/tenancy/replicas/read.ts', from, to })
const inReplicas = (from: string, to: string): Edit => ({ file: 'packages/tenancy/replicas/replicas.ts', from, to })
const inTokens = (from: string, to: string): Edit => ({ file: 'packages/tenancy/replicas/consistency.ts', from, to })
const inConnect = (from: string, to: string): Edit => ({ file: 'packages/tenancy/connections/connect.ts', from, to })
const inHeader = (from: string, to: string): Edit => ({ file: 'packages/http/consistency.ts', from, to })

const openSent = 'createHorizon(sent === undefined ? undefined : tokens.open(tenantId, sent))'

export const mutants: readonly Mutant[] = [
  {
    name: 'the place of a command is read before it is committed',
    noticedIn: 'reading',
    edits: [
      inVisit(
        'const { command, behind } = await fly(client, [plain(client, commit)], place).catch(',
        `const behind = place && (await fly(client, [place])).rows
  const { command } = await fly(client, [plain(client, commit)]).catch(`,
      ),
    ],
  },
  {
    name: 'the place of a command with a key is not told',
    noticedIn: 'reading',
    edits: [
      {
        file: 'packages/app/product.ts',
        from: '{ secret, horizon: call.horizon }',
        to: '{ secret, horizon: undefined }',
      },
    ],
  },
  {
    name: 'the token is not compared with what the standby has',
    noticedIn: 'reading',
    edits: [inRead('lsnText(after)', 'lsnText(0n)')],
  },
  {
    name: 'the node forgets the token that was sent',
    noticedIn: 'reading',
    edits: [inHeader(openSent, '(sent !== undefined && tokens.open(tenantId, sent), createHorizon())')],
  },
  {
    name: 'a replica is chosen however late it is',
    noticedIn: 'reading',
    edits: [
      inReplicas("lagMs > maxLagMs ? 'behind' : 'good'", "'good'"),
      inReplicas('nowMs - shownUntilMs <= maxLagMs &&', 'nowMs > 0 &&'),
    ],
  },
  {
    name: 'what a replica has shown is not told',
    noticedIn: 'reading',
    edits: [inRead('horizon.advance({ ...here, lsn: parseLsn(lsn) })', '')],
  },
  {
    name: 'who has no token is shown a replica',
    noticedIn: 'reading',
    edits: [inRead("if (!position && freshness === 'own-writes')", 'if (false)')],
  },
  {
    name: 'another tenant’s token is believed',
    noticedIn: 'reading',
    edits: [
      inTokens(
        "keys.map((key) => createHmac('sha256', key).update(tenantId).digest())",
        "keys.map((key) => createHmac('sha256', key).update(tenantId.slice(0, 0)).digest())",
      ),
    ],
  },
  {
    name: 'a token that is not ours is passed over',
    noticedIn: 'reading',
    edits: [
      inHeader(
        openSent,
        `createHorizon(
    (() => {
      try {
        return sent === undefined ? undefined : tokens.open(tenantId, sent)
      } catch {
        return undefined
      }
    })(),
  )`,
      ),
    ],
  },
  {
    name: 'of several tokens the first counts',
    noticedIn: 'reading',
    edits: [
      inTokens(
        'latest(all.map((token) => openOne(tenantId, token)))!',
        'all.map((token) => openOne(tenantId, token))[0]!',
      ),
    ],
  },
  {
    name: 'only the first host is asked',
    noticedIn: 'failing over',
    edits: [inConnect('const hosts = hostUrls(url)', 'const hosts = hostUrls(url).slice(0, 1)')],
  },
  {
    name: 'a commit whose answer was lost is answered as done',
    noticedIn: 'failing over',
    edits: [
      inVisit(
        'if (isConnectionError(cause) && !unsent) throw tenancyErrors.outcomeUnknown({ cause })',
        "if (isConnectionError(cause) && !unsent) return { command: 'COMMIT' } as StatementResult",
      ),
    ],
  },
  {
    name: 'the timeline of a standby is not compared',
    noticedIn: 'a history that ended',
    edits: [
      inReplicas("if (state.timeline !== timeline) return 'other timeline'", ''),
      {
        file: 'packages/tenancy/replicas/open-replica.ts',
        from: 'if (timeline === expected) return',
        to: 'if (timeline !== undefined) return',
      },
    ],
  },
  {
    name: 'a primary that was left behind is taken up',
    noticedIn: 'a history that ended',
    edits: [inConnect('if (server.timeline < timeline) {', 'if (server.timeline < 0) {')],
  },
]
