import type { Pools } from './connections/pools.ts'
import { type Deployment, controlPlacement } from './deployment.ts'
import { once } from './statements.ts'
import { fly } from './wire.ts'

/** Asks one of the platform's narrow functions in the control database, which belong to no tenant. */
export type AskControl = (text: string, values: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** Each question is a transaction of its own. @throws tenancy.database_unavailable */
export const askControl =
  (pools: Pools, names: Deployment): AskControl =>
  (text, values) =>
    pools.lend(controlPlacement(names).databaseName, async (client) => (await fly(client, [once(text, values)])).rows)
