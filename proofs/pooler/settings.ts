/** The settings under which a tenant's statements run: through a pooler they must be what they are without one. */
import * as tenancy from '@rowhouse/tenancy'
import type { Deployed } from '../../packages/tenancy/deployment.fixture.ts'
import { openNode } from './node.ts'
import type { Resident, Rows } from './resident.ts'
import type { Step } from './steps.ts'

export interface Settings {
  /** A statement that asks for them, with the right answer, alone or among others in a transaction. */
  stepOf(resident: Resident): Step
  stepWithin(resident: Resident, rows: Rows): Step
}

const names = [
  'search_path timezone datestyle intervalstyle role session_authorization statement_timeout lock_timeout',
  'idle_in_transaction_session_timeout idle_session_timeout transaction_timeout row_security transaction_isolation',
  'default_transaction_isolation default_transaction_read_only',
  'default_transaction_deferrable standard_conforming_strings bytea_output extra_float_digits client_encoding',
  'client_min_messages work_mem enable_seqscan plan_cache_mode application_name check_function_bodies lc_messages',
  'lc_numeric jit quote_all_identifiers gin_fuzzy_search_limit transform_null_equals array_nulls synchronous_commit',
  'from_collapse_limit xmlbinary xmloption backslash_quote escape_string_warning temp_tables default_tablespace',
]
  .join(' ')
  .split(' ')

/**
 * A single statement keeps these as the session's defaults were when it began, though they have been put back since. They
 * change no answer: what may not write in such a transaction is tried again in another.
 */
const ofTransactions = ['transaction_read_only', 'transaction_deferrable']

const asking = (
  settings: readonly string[],
) => `select ${settings.map((name) => `current_setting('${name}', true) as ${name}`).join(', ')},
  current_user as u, session_user as s, rowhouse.tenant_id() as tenant, '1 day'::interval::text as day,
  0.1::float8 + 0.2 as sum, '\\x00ff'::bytea::text as bytes, date '2026-02-03'::text as date`

const alone = asking(names)
const within = asking([...names, ...ofTransactions])

/** Asked of the server itself, in each house once. */
export async function learnSettings(deployed: Deployed, residents: readonly Resident[]): Promise<Settings> {
  const straight = openNode(tenancy, deployed, Number(new URL(deployed.applicationUrl).port), 1)
  const known = new Map<string, object>()
  const keyOf = (text: string, { placement }: Resident) => `${placement.schemaName} ${text}`
  try {
    for (const resident of residents) {
      for (const text of [alone, within]) {
        const key = keyOf(text, resident)
        if (!known.has(key)) known.set(key, (await straight.door.query(resident.id, text, [])).rows[0]!)
      }
    }
  } finally {
    await straight.stop()
  }
  const step = (text: string, resident: Resident, rows: Rows): Step => ({
    text,
    values: [],
    answer: [{ ...known.get(keyOf(text, resident)), tenant: resident.id }],
    after: rows,
  })
  return {
    stepOf: (resident) => step(alone, resident, resident.rows),
    stepWithin: (resident, rows) => step(within, resident, rows),
  }
}
