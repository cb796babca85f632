import { Command } from 'commander'
import type { Print } from './cli.ts'
import { call, type OperatorApi } from './operator-api.ts'
import { table } from './table.ts'

interface Pools {
  readonly connections: { readonly open: number; readonly max: number }
  readonly dedicatedDatabases: { readonly count: number; readonly max: number }
  readonly pools: readonly Pool[]
}

interface Pool {
  readonly database: string
  readonly kind: string
  readonly role: string
  readonly size: number
  readonly open: number
  readonly idle: number
  readonly lent: number
  readonly waiting: number
  readonly counts: {
    readonly lent: number
    readonly refused: number
    readonly timedOut: number
    readonly doubted: number
    readonly connectFailures: number
    readonly longestWaitMs: number
  }
}

export const poolsCommand = (api: () => OperatorApi, print: Print): Command =>
  new Command('pools')
    .description('Show the connections of a node to its databases: how many there are, who waits, what failed')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const answer = await call<Pools>(api(), 'GET', '/pools')
      print(answer, () => textOf(answer), json)
    })

const textOf = ({ connections, dedicatedDatabases, pools }: Pools): string =>
  `${table(
    [
      'DATABASE',
      'KIND',
      'ROLE',
      'SIZE',
      'OPEN',
      'IDLE',
      'LENT',
      'WAITING',
      'LONGEST WAIT',
      'REFUSED',
      'TIMED OUT',
      'DOUBTED',
      'NOT CONNECTED',
      'LENT IN ALL',
    ],
    pools.map(({ database, kind, role, size, open, idle, lent, waiting, counts }) => [
      database,
      kind,
      role,
      ...[size, open, idle, lent, waiting].map(String),
      `${counts.longestWaitMs} ms`,
      ...[counts.refused, counts.timedOut, counts.doubted, counts.connectFailures, counts.lent].map(String),
    ]),
  )}

Connections to all databases: ${connections.open} of ${connections.max}
Dedicated databases: ${dedicatedDatabases.count} of ${dedicatedDatabases.max}`
