import { defineErrors } from '@rowhouse/kernel'

export const tenancyErrors = defineErrors('tenancy', {
  tenantNotFound: {
    status: 404,
    title: 'Not found',
    detail: 'There is no such tenant.',
    operator: 'The catalog has no active tenant of that id or slug: see `rowhouse tenants list`.',
  },
  tenantMoving: {
    status: 503,
    title: 'Moving',
    detail: 'This tenant is being moved. Try again in a moment.',
    operator: 'The door was held closed for longer than a call may wait.',
    retryAfterS: 1,
  },
  notAdmitted: {
    status: 500,
    title: 'Internal error',
    detail: 'The request could not be served.',
    operator:
      'The door refused a proof that this node made. Its DOOR_KEY differs from the one that the databases were prepared with, or its clock is minutes off.',
  },
  statementRefused: {
    status: 500,
    title: 'Internal error',
    detail: 'The request could not be served.',
    operator:
      'A module sent something other than one SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES or WITH statement through the door.',
  },
  rolledBack: {
    status: 500,
    title: 'Internal error',
    detail: 'The request could not be served.',
    operator: 'A handler caught the error of a failed statement and went on: the transaction had to be rolled back.',
  },
  outcomeUnknown: {
    status: 503,
    title: 'Outcome unknown',
    detail: 'The connection was lost while the change was being saved. Look whether it happened before you repeat it.',
    operator: 'The database went away between COMMIT and its answer.',
    retryAfterS: 2,
  },
  databaseUnavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'The service cannot reach its data at the moment. Try again shortly.',
    operator: 'No connection to PostgreSQL could be had: is it running, is it full (max_connections)?',
    retryAfterS: 2,
  },
  poolExhausted: {
    status: 503,
    title: 'Too busy',
    detail: 'Too many requests are being served at the moment. Try again shortly.',
    operator:
      'Every connection to a database is in use and the calls that wait for one are too many or waited too long. `rowhouse pools` shows which: find what holds them (slow statements, one tenant’s flood), or raise DATABASE_POOL_SIZE within what PostgreSQL allows.',
    retryAfterS: 1,
  },
  consistencyTokenRefused: {
    status: 400,
    title: 'Consistency token refused',
    detail:
      'The header Rowhouse-Consistency holds something that is no token of this tenant. Send what you were given, or nothing.',
    operator:
      'The token is another tenant’s, was changed on its way, or was sealed with an AUTH_KEY that is not believed any more. Nodes need the same AUTH_KEY.',
  },
  slugTaken: {
    status: 409,
    title: 'Slug taken',
    detail: 'Another tenant has this slug. Choose another.',
    operator: 'Slugs are unique over all tenants.',
  },
  noDedicatedDatabase: {
    status: 409,
    title: 'No database left',
    detail:
      'No more tenants can have a database of their own here. Choose the tier `schema` or `shared`, or ask for the bound to be raised.',
    operator:
      'There are DATABASE_MAX_DEDICATED dedicated databases. Each costs every node connections: raise it when PostgreSQL’s max_connections bears more, or put the tenant into the schema tier. `rowhouse pools` shows how many there are.',
  },
  provisioningBusy: {
    status: 503,
    title: 'Busy',
    detail: 'Too many tenants are being made at once. Try again in a moment.',
    operator:
      'A node makes four tenants at a time; 60 wish for one and wait, 30 of them from one network. A flood of sign-ups, or too few nodes.',
    retryAfterS: 5,
  },
  provisioningFailed: {
    status: 500,
    title: 'Internal error',
    detail: 'The tenant could not be created. Nothing of it was kept.',
    operator: 'A step of provisioning failed and what it had made was removed; the cause is in the log.',
  },
  notPrepared: {
    status: 500,
    title: 'Database not prepared',
    detail: 'The service is not ready.',
    operator: 'The database has no Rowhouse schema yet: run `rowhouse migrate run` with DATABASE_ADMIN_URL.',
  },
  unsafeRole: {
    status: 500,
    title: 'Unsafe database role',
    detail: 'The service is not ready.',
    operator:
      'A role that the server logs in as can escape row security. Let `rowhouse migrate run` make it, and give it no attributes, no memberships and no tables.',
  },
  houseOpen: {
    status: 500,
    title: 'Tables outside the door',
    detail: 'The service is not ready.',
    operator:
      'A table of a house does not stand behind the door as it must. `rowhouse doctor` lists every fault; put back what was changed by hand.',
  },
  unsupportedServer: {
    status: 500,
    title: 'Unsupported database server',
    detail: 'The service is not ready.',
    operator: 'Rowhouse needs PostgreSQL 15 or newer, and a pooler in front of it in session or transaction mode.',
  },
  migrationFailed: {
    status: 500,
    title: 'Migration failed',
    detail: 'The service is not ready.',
    operator:
      'A migration failed; its transaction was rolled back, the targets before it are done. Mend it and run again.',
  },
})
