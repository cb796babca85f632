/** What a product's modules import: the vocabulary, and nothing that runs by itself. */
export {
  type Actor,
  type CommandContext,
  type Context,
  type ModuleWords,
  type TenantOperation,
  module,
} from './module.ts'
export { type Permission, cursorPage, decodeCursor, encodeCursor, pageInput, permission } from '@rowhouse/http'
export { type Emit, type EventType, type Subscriber, type SubscriberContext } from '@rowhouse/events'
export { type SqlMigrations, type TenantDb, sqlMigrations } from '@rowhouse/tenancy'
export { defineErrors, newId } from '@rowhouse/kernel'

// What a composition root does with them
export {
  type Binding,
  type ProductModule,
  bindOperation,
  productEvents,
  productMigrations,
  tenantOperations,
} from './product.ts'
export { platformOperation } from './platform-operation.ts'
