import { defineErrors } from '@rowhouse/kernel'

export const identityErrors = defineErrors('identity', {
  apiKeyNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such API key.',
    operator:
      'The tenant has no key of this id that is still valid; it may be revoked already, or belong to another tenant.',
  },
  apiKeyStronger: {
    status: 403,
    title: 'Forbidden',
    detail: 'The API key has permissions that you lack: somebody who has them must revoke it.',
    operator: 'A key may be revoked by whoever has all of its permissions.',
  },
  permissionNotGrantable: {
    status: 400,
    title: 'Permission cannot be given',
    detail: 'A key can be given existing permissions only, and only those that the calling key has.',
    operator:
      'The errors say which permission. See `rowhouse explain identity.permission_not_grantable` and /openapi.json for their names.',
  },
})
