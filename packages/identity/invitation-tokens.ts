/** The tokens in the links of invitations. */
import { newSecret, tenantOfSecret } from './tenant-secrets.ts'

export { hashOf } from './tenant-secrets.ts'

export const newInvitationToken = (tenantId: string): string => newSecret('rhi_', tenantId)

/** The tenant that a token names; undefined when the text cannot be one. */
export const tenantOfInvitation = (token: string): string | undefined => tenantOfSecret('rhi_', token)
