/** The platform's own modules. */
export * as members from './members/members.ts'
export { apiKeyOperations, manageApiKeys } from './api-keys/api-keys.ts'
export { authOperations } from './auth/auth.ts'
export { invitationOperations, manageMembers } from './auth/invitations.ts'
export { type Onboard, createOnboarding } from './tenants/onboarding.ts'
export { tenantOperations } from './tenants/tenants.ts'
export { membersErrors } from './members/errors.ts'
export { type Members } from './members/tables.ts'
