/** Identity: who is calling. Programs come in by API key, people by password and the sessions that follow from it. */
import { type ModuleMigrations, sqlMigrations } from '@rowhouse/tenancy'

export { type AuthKeys, authKeys } from './auth-keys.ts'
export { type ApiKey, type ApiKeyHolder, type ApiKeys, type NewApiKey, createApiKeys } from './api-keys.ts'
export { type AccessTokens, type SignedInMember, createAccessTokens } from './access-tokens.ts'
export { type People, type PeopleOptions, createPeople } from './people.ts'
export { type Invitation, type Inviter, type Invitations, type Letter } from './invitations.ts'
export { type Member, roles } from './members.ts'
export { type SignedIn } from './sign-in.ts'
export { type Tokens } from './sessions.ts'
export { reservedSlugs } from './slug.ts'
export { identityErrors } from './errors.ts'
export { isOperatorKey } from './operator-key.ts'

export const identityMigrations: ModuleMigrations = {
  module: 'identity',
  migrations: sqlMigrations(import.meta.url, './control'),
}
