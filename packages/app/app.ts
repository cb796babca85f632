/** What a product's modules import: the vocabulary, and nothing that runs by itself. */
export { type Actor, type Context, type ModuleWords, type TenantOperation, module } from './module.ts'
export { type Permission, permission, cursorPage, pageInput, decodeCursor, encodeCursor } from '@rowhouse/http'
export { type SqlMigrations, type TenantDb, sqlMigrations } from '@rowhouse/tenancy'
export { defineErrors, newId } from '@rowhouse/kernel'
