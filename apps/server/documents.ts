/** How the product's API is described: the OpenAPI documents' words, and the pages that render them. */
import { type ApiDescription, docsPages, type Page } from '@rowhouse/http'

export const api: ApiDescription = {
  title: 'Rowhouse helpdesk',
  version: '1',
  description:
    'A helpdesk for many tenants, each behind its own door. Send an API key, or the access token of somebody who has signed in, as a bearer token: it says which tenant is meant. Sign-up, sign-in and invitations’ links need neither.',
  modules: {
    desk: 'Customers, their tickets and the comments on them.',
    members: 'The people of the tenant.',
    auth: 'How people come in.',
    invitations: 'How people bring in others.',
    'api-keys': 'How programs come in.',
    tenants: 'The tenants of this deployment.',
  },
}

export const referencePages = async (): Promise<Page[]> => [
  ...(await docsPages({ path: '/docs', title: 'Rowhouse helpdesk API', specUrl: '/openapi.json' })),
  ...(await docsPages({ path: '/operator/docs', title: 'Rowhouse operators API', specUrl: '/operator/openapi.json' })),
]
