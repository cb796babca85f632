/** Identity: who is calling. For now by API key; people sign in later. */
import { type ModuleMigrations, sqlMigrations } from '@rowhouse/tenancy'

export { type ApiKey, type ApiKeyHolder, type ApiKeys, type NewApiKey, createApiKeys } from './api-keys.ts'
export { type AuthKeys, authKeys } from './auth-keys.ts'
export { identityErrors } from './errors.ts'
export { isOperatorKey } from './operator-key.ts'

export const identityMigrations: ModuleMigrations = {
  module: 'identity',
  migrations: sqlMigrations(import.meta.url, './control'),
}
