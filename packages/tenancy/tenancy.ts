/** Tenancy: every tenant behind its own door. Begin with door.ts and door/0001_door.sql. */

// What modules see
export { type TenantDb, queryDb, tenantDb, transactionDb } from './tenant-db.ts'
export { type SqlMigrations, sqlMigrations } from './migrations.ts'

// The door
export { type Door, type DoorOptions, type Execute, openDoor } from './door.ts'
export { type Ask, type AskControl, askControl, askIn } from './ask.ts'
export { type Catalog, type CatalogEntry, createCatalog } from './catalog.ts'
export { type Pools, createPools } from './connections/pools.ts'
export { type Total, createTotal } from './connections/total.ts'
export { type PoolKind, type PoolRole, type PoolState, gaugePools, kindOf } from './connections/state.ts'
export { type Connect, type ConnectOptions, connectAs } from './connections/connect.ts'
export { type ConsistencyTokens, createConsistencyTokens } from './replicas/consistency.ts'
export { openReplica, watchPrimary } from './replicas/open-replica.ts'
export { type Horizon, createHorizon, type Position } from './replicas/position.ts'
export type { Freshness, Reads } from './replicas/read.ts'
export { type Replicas, createReplicas } from './replicas/replicas.ts'
export { type Proofs, createProofs, makeProof, residenceKey } from './proof.ts'
export { verifyDatabase, verifyDeployment } from './verify.ts'
export { hostUrls, urlOf } from './connections/address.ts'
export { type Deployment, type Placement, type Tier, controlPlacement, deployment } from './deployment.ts'
export { ConnectionLost, type StatementResult, fly } from './wire.ts'

// Building
export { asClient, asOwner, withClient } from './administration.ts'
export { type ModuleMigrations, type Target, uncovered } from './migrations.ts'
export {
  type Migrations,
  catalogMigrations,
  listTargets,
  memberMigrations,
  migrateAll,
  prepareCluster,
} from './prepare.ts'
export { findFaults } from './doctor.ts'
export { type NewTenant, type Tenant, type Tenants, createTenants } from './tenants.ts'

export { tenancyErrors } from './errors.ts'
