/** The ways in which the proof breaks what stands between a pooler's sessions and their tenants, one at a time. */
import { pgbouncer118, pgbouncer124, type ProgramDeclaration } from '@rowhouse/testing'
import type { Edit } from '../door/broken-code.ts'
import type { CallName } from './cuts.ts'
import type { Move } from './neighbours/neighbour.ts'
import { plantByProtocol, planting } from './neighbours/plant.ts'
import { spy } from './neighbours/spy.ts'
import { harms } from './scene.ts'

export interface Mutant {
  readonly name: string
  readonly behind: ProgramDeclaration
  /** What shows it: one of these. */
  readonly noticedAs: readonly string[]
  /** What neighbours do meanwhile. */
  readonly neighbours: readonly Move[]
  /** Nodes lose answers to these meanwhile. */
  readonly cuts?: CallName
  readonly code?: Edit
  /** Words of `rowhouse.enter`, and others in their place. */
  readonly enter?: readonly [from: string, to: string]
}

const replaced = planting(['statements that the pooler has prepared, by others', 'the door, prepared by others'])
const gone = planting(['statements that the pooler has prepared, gone'])
const forms = planting(['other forms', 'a search path', 'other answers', 'commits that are not kept'])
const { wrong, leaked, unexplained } = harms

export const mutants: readonly Mutant[] = [
  {
    name: 'settings are not put back',
    behind: pgbouncer124,
    noticedAs: [wrong, unexplained],
    neighbours: [forms],
    code: {
      file: 'entering.ts',
      from: 'const afterReset = [reset, call]',
      to: 'const afterReset = [call]',
    },
  },
  {
    name: 'a pooler is not recognised',
    behind: pgbouncer118,
    noticedAs: [wrong, unexplained],
    neighbours: [forms],
    code: { file: 'connections/greeting.ts', from: 'greeting.backendPid !== processID', to: 'false' },
  },
  {
    name: 'statements that SQL has prepared are not looked for',
    behind: pgbouncer124,
    noticedAs: [wrong],
    neighbours: [replaced],
    code: { file: 'entering.ts', from: `, 'rowhouse.expect_nothing_prepared()'`, to: '' },
  },
  {
    name: 'statements have names though the pooler does not know them',
    behind: pgbouncer118,
    noticedAs: [wrong],
    neighbours: [plantByProtocol],
    code: { file: 'connections/greeting.ts', from: '!session.pooled || !greeting.namePassed', to: 'true' },
  },
  {
    name: 'the door is entered by a statement with a name',
    behind: pgbouncer124,
    noticedAs: [wrong, unexplained],
    neighbours: [replaced],
    code: {
      file: 'entering.ts',
      from: 'pooled ? once(named ? sharedWithNames : shared, values)',
      to: `pooled ? { text: named ? sharedWithNames : shared, name: 'rh_enter_shared', values }`,
    },
  },
  {
    name: 'the end of a transaction has a name',
    behind: pgbouncer124,
    noticedAs: [wrong, unexplained],
    neighbours: [gone],
    code: {
      file: 'entering.ts',
      from: 'sessionOf(client).pooled ? once(statement.text, statement.values) : statement',
      to: 'statement',
    },
  },
  {
    name: 'what is in the way is told to the tenant',
    behind: pgbouncer124,
    noticedAs: [unexplained],
    neighbours: [replaced],
    code: { file: 'entering.ts', from: `return leftBehind.has(error.code ?? '')`, to: 'return false' },
  },
  {
    name: 'spoilt sessions are not closed',
    behind: pgbouncer124,
    noticedAs: [wrong, unexplained],
    neighbours: [replaced],
    code: {
      file: 'visit.ts',
      from: 'if (!isLeftBehind(client, error)) throw error\n        doubt()',
      to: 'if (!isLeftBehind(client, error)) throw error',
    },
  },
  {
    name: 'a connection goes back in the middle of a transaction',
    behind: pgbouncer118,
    noticedAs: [wrong, unexplained],
    neighbours: [],
    code: { file: 'visit.ts', from: 'else if (loan && begun && !keptOut)', to: 'else if (loan && !begun)' },
  },
  {
    name: 'the tenant is set for the session',
    behind: pgbouncer118,
    noticedAs: [leaked],
    neighbours: [spy],
    enter: [`set_config('rowhouse.tenant', tenant::text, true)`, `set_config('rowhouse.tenant', tenant::text, false)`],
  },
  {
    name: 'the seal is set for the session',
    behind: pgbouncer124,
    noticedAs: [leaked],
    neighbours: [spy],
    enter: [')::text, true)', ')::text, false)'],
  },
  {
    name: 'the search path is set for the session',
    behind: pgbouncer118,
    noticedAs: [leaked],
    neighbours: [spy],
    enter: [`set_config('search_path', r.schema_name, true)`, `set_config('search_path', r.schema_name, false)`],
  },
  {
    name: 'what may leave something behind goes through the pooler',
    behind: pgbouncer124,
    noticedAs: [leaked],
    neighbours: [],
    code: { file: 'visit.ts', from: 'if (sessionOf(client).pooled) throw needsDirect()\n  doubt()', to: 'doubt()' },
  },
  {
    name: 'every statement is admitted',
    behind: pgbouncer118,
    noticedAs: [leaked],
    neighbours: [],
    code: { file: 'admission.ts', from: 'if (!admitted.has(word)) {', to: `if (word === 'never') {` },
  },
  {
    name: 'a commit whose answer is lost is called undone',
    behind: pgbouncer118,
    noticedAs: [wrong],
    neighbours: [],
    cuts: 'a transaction',
    code: { file: 'visit.ts', from: 'if (isConnectionError(cause) && !unsent) throw', to: 'if (unsent) throw' },
  },
  {
    name: 'a write whose answer is lost is called undone',
    behind: pgbouncer124,
    noticedAs: [wrong],
    neighbours: [],
    cuts: 'a write',
    code: { file: 'door.ts', from: '!statement.reads && isLostAnswer(error)', to: 'false' },
  },
]
