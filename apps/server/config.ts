/** Every setting of the server. docs/reference/config.md and .env.example are generated from here. */
import { type Config, defineConfig, setting } from '@rowhouse/kernel'
import { z } from 'zod'

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int('must be a whole number')
  .min(0, 'must be a port number from 0 to 65535')
  .max(65_535, 'must be a port number from 0 to 65535')

const postgresUrl = z
  .string()
  .regex(
    /^postgres(ql)?:\/\/[^/@]+@[^/]+\/[^/?]+/,
    'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, or HOST:PORT,HOST:PORT for a cluster',
  )
  .refine(
    (url) => !/[?&]target_session_attrs=(?!(read-write|primary)(&|$))/.test(url),
    'must be read-write or primary in target_session_attrs: Rowhouse asks for the primary by itself',
  )
  .optional()

export const settings = defineConfig({
  port: setting('PORT', port, 'Port of the public server; 0 takes a free one.', { default: '3000' }),
  host: setting('HOST', z.string().min(1), 'Address that the public server listens on.', { default: '127.0.0.1' }),
  domain: setting(
    'DOMAIN',
    z.string().regex(/^[a-z0-9.-]+$/, 'must be a host name, without scheme or port'),
    'Host name of the product. A tenant’s is `<slug>.<domain>`.',
    { default: 'localhost' },
  ),
  publicUrl: setting(
    'PUBLIC_URL',
    z
      .url({ protocol: /^https?$/, error: 'must be an origin: https://HOST, without a path' })
      .refine((url) => new URL(url).origin === url, 'must be an origin: https://HOST, without a path')
      .optional(),
    'Where people reach the product: links in mail begin with it. Without it, where the server listens.',
  ),
  managementPort: setting(
    'MANAGEMENT_PORT',
    port,
    'Port of metrics and health, on loopback. Never make it public; 0 takes a free one.',
    { default: '9464' },
  ),
  home: setting('ROWHOUSE_HOME', z.string().min(1), 'Folder for everything that `npm start` keeps.', {
    default: '.rowhouse',
  }),
  databaseUrl: setting(
    'DATABASE_URL',
    postgresUrl,
    'PostgreSQL 15 or newer or a pooler in front of it, as the application’s role, naming the control database; several hosts with commas, of which the primary is found. Without it an embedded PostgreSQL 18 runs in ROWHOUSE_HOME.',
    { secret: true },
  ),
  directUrl: setting(
    'DATABASE_DIRECT_URL',
    postgresUrl,
    'The same as DATABASE_URL past a pooler, for what needs a session of its own. Needed only behind one, and then only by such statements.',
    { secret: true },
  ),
  migratorUrl: setting(
    'DATABASE_MIGRATOR_URL',
    postgresUrl,
    'The same database as the migrator’s role, which builds tenants’ houses. Never through a pooler. Needed with DATABASE_URL.',
    { secret: true },
  ),
  relayUrl: setting(
    'DATABASE_RELAY_URL',
    postgresUrl,
    'The same database as the relay’s role, which sees which tenants have events waiting. Needed with DATABASE_URL.',
    { secret: true },
  ),
  replicaUrls: setting(
    'REPLICA_URLS',
    z
      .string()
      .transform((text) => text.split(/,(?=postgres(?:ql)?:)/))
      .pipe(
        z.array(
          z
            .string()
            .regex(
              /^postgres(ql)?:\/\/[^/@]+@[^/,]+\/[^/?,]+/,
              'must be one postgres://USER:PASSWORD@HOST:PORT/DATABASE for each standby, with commas between',
            ),
        ),
      )
      .optional(),
    'Hot standbys of the same cluster, with commas between, as the application’s role: they answer reads that need not be of this moment. Without it everything is read from the primary.',
    { secret: true },
  ),
  replicaMaxLagMs: setting(
    'REPLICA_MAX_LAG_MS',
    z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(100).max(3_600_000),
    'How old what a replica shows may be, in milliseconds. One that is further behind is not read until it has caught up.',
    { default: '10000' },
  ),
  adminUrl: setting(
    'DATABASE_ADMIN_URL',
    postgresUrl,
    'An administrator’s URL, for `rowhouse migrate run` alone: it makes the three roles with the passwords of the URLs above, and the databases.',
    { secret: true },
  ),
  prefix: setting(
    'DATABASE_PREFIX',
    z.string().regex(/^[a-z][a-z0-9_]{0,20}$/, 'must be lower-case letters, digits and _, at most 21'),
    'Begins the names of this deployment’s roles and databases in the cluster.',
    { default: 'rowhouse' },
  ),
  poolSize: setting(
    'DATABASE_POOL_SIZE',
    z.coerce.number().int().min(1).max(1_000),
    'Connections to the control and the shared database, at most; a tenant’s own database gets a quarter.',
    {
      default: '16',
    },
  ),
  poolTotal: setting(
    'DATABASE_POOL_TOTAL',
    z.coerce.number().int().min(8).max(10_000),
    'Connections of this node to all databases, at most; an eighth is the relay’s. All nodes together must stay below PostgreSQL’s max_connections.',
    { default: '64' },
  ),
  poolQueue: setting(
    'DATABASE_POOL_QUEUE',
    z.coerce.number().int().min(1).max(100_000),
    'Calls that may wait for a connection to a database; beyond them a call is refused at once.',
    { default: '1000' },
  ),
  poolWaitMs: setting(
    'DATABASE_POOL_WAIT_MS',
    z.coerce.number().int().min(10).max(60_000),
    'How long a call may wait for a connection, in milliseconds.',
    { default: '2000' },
  ),
  tenantShare: setting(
    'DATABASE_TENANT_SHARE',
    z.coerce.number().gt(0, 'must be above 0').max(1, 'must be 1 at most'),
    'The part of a shared pool that one tenant’s calls may have at a time, but always one connection.',
    { default: '0.5' },
  ),
  maxDedicated: setting(
    'DATABASE_MAX_DEDICATED',
    z.coerce.number().int().min(0).max(10_000),
    'Tenants with a database of their own in the cluster, at most; connections set it. The same on every node.',
    { default: '100' },
  ),
  doorKey: setting(
    'DOOR_KEY',
    z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits: `openssl rand -hex 32`')
      .optional(),
    'Proves to the databases that a transaction is for the tenant it names; the same on every node. Without it one is made and kept in ROWHOUSE_HOME.',
    { secret: true },
  ),
  authKey: setting(
    'AUTH_KEY',
    z
      .string()
      .regex(
        /^[0-9a-f]{64}(,[0-9a-f]{64})*$/,
        'must be 64 hexadecimal digits (`openssl rand -hex 32`), or several with commas',
      )
      .optional(),
    'What people’s sessions and tokens are signed with; the same on every node. Older ones may follow after commas: the first signs, all are believed. Without it one is made and kept in ROWHOUSE_HOME.',
    { secret: true },
  ),
  operatorApiKey: setting(
    'OPERATOR_API_KEY',
    z.string().min(32, 'must have at least 32 characters').optional(),
    'Bearer key for /operator/v1. Without it one is made and kept in ROWHOUSE_HOME.',
    { secret: true },
  ),
  mailUrl: setting(
    'MAIL_URL',
    z.enum(['mailbox:', 'none:'], { error: 'must be mailbox: or none:' }).optional(),
    'How mail goes out. `mailbox:` keeps it and shows it at /mailbox, to anybody: for development. `none:` refuses it. Without it `mailbox:` on loopback, `none:` otherwise.',
  ),
  logLevel: setting('LOG_LEVEL', z.enum(['debug', 'info', 'warn', 'error', 'silent']), 'Least level that is logged.', {
    default: 'info',
  }),
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    z.url().optional(),
    'Base URL of an OpenTelemetry collector (OTLP over HTTP). Without it no trace is recorded.',
  ),
})

export type ServerConfig = Config<typeof settings>
