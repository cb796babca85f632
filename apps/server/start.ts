/** `npm start`: a whole running Rowhouse on one machine. */
import { join } from 'node:path'
import { settings } from './config.ts'
import { modules } from '@rowhouse/helpdesk'
import { createLifecycle, readConfig, RowhouseError, armCrashPoint } from '@rowhouse/kernel'
import { createHttpServer, createManagementServer } from '@rowhouse/http'
import { createLog } from '@rowhouse/telemetry'
import { startTelemetry } from '@rowhouse/telemetry/sdk'
import { compose } from './compose.ts'
import { openDatabase } from './database.ts'
import { seedDemo } from './demo.ts'
import { loadEnvFile } from './env-file.ts'
import { homeSecrets, openHome } from './home-folder.ts'
import { homePage } from './home-page.ts'
import { invitationPages } from './invitation-page.ts'
import { mailboxPages } from './mailbox-page.ts'
import { api, referencePages } from './documents.ts'

const lifecycle = createLifecycle({
  stopTimeoutMs: 15_000,
  onProblem: (part, error) => console.error(`${part} did not stop cleanly: ${String(error)}`),
})

async function start(): Promise<void> {
  loadEnvFile()
  const config = readConfig(settings, process.env)
  if (process.env.ROWHOUSE_CRASH_POINT) armCrashPoint(process.env.ROWHOUSE_CRASH_POINT)
  const home = openHome(config.home)
  const secrets = homeSecrets(home)
  const log = createLog({ level: config.logLevel })
  const pages = referencePages()
  // Awaited when the server is made; a failure before that is told there.
  pages.catch(() => {})

  const telemetry = await startTelemetry({ serviceName: 'rowhouse', otlpEndpoint: config.otlpEndpoint, log })
  await lifecycle.start({ name: 'telemetry', stop: () => telemetry.shutdown() })
  const database = await openDatabase(config, modules, home, secrets, lifecycle, (error) =>
    log.error({ err: error }, 'postgres'),
  )
  const operatorApiKey = config.operatorApiKey ?? secrets.operatorApiKey
  let origin = ''
  const platform = compose({
    database,
    modules,
    doorKey: config.doorKey ?? secrets.doorKey,
    authKey: config.authKey ?? secrets.authKey,
    operatorApiKey,
    bounds: config,
    replicaMaxLagMs: config.replicaMaxLagMs,
    domain: config.domain,
    origin: () => config.publicUrl ?? origin,
    mailUrl: config.mailUrl ?? (isLoopback(config.host) ? 'mailbox:' : 'none:'),
    log,
  })
  await lifecycle.start({ name: 'connections', stop: () => platform.connections.stop() })
  await platform.refuseOpenDoors()
  await platform.tenants.repair()
  platform.connections.replicas?.start()
  await lifecycle.start({
    name: 'relay',
    start: async () => platform.relay.start(),
    drain: () => platform.relay.stop(),
  })

  const server = createHttpServer({
    operations: platform.operations,
    authenticate: platform.authenticate,
    tenantOfHost: platform.tenantOfHost,
    allowedHosts: [config.domain, 'localhost'],
    ready: platform.obstacles,
    consistency: platform.consistency,
    home: () => homePage(origin, platform.mail.kept !== null),
    api,
    pages: [...(await pages), ...invitationPages()],
    livePages: mailboxPages(platform.mail),
    log,
  })
  const management = createManagementServer({ ready: server.ready, metricsText: telemetry.metricsText, log })
  await lifecycle.start({
    name: 'management',
    start: () => management.listen({ host: '127.0.0.1', port: config.managementPort }).then(() => {}),
    stop: () => management.close(),
  })
  await lifecycle.start({
    name: 'http',
    start: async () => void (origin = await server.listen({ host: config.host, port: config.port })),
    drain: () => server.close(),
  })

  const demo = await seedDemo(platform, { origin, operatorApiKey, file: join(home, 'demo.json') })
  console.log(`
  Rowhouse runs.

  Home        ${origin}/
  API         ${origin}/docs
  Operators   ${origin}/operator/docs
${platform.mail.kept === null ? '' : `  Mailbox     ${origin}/mailbox\n`}  Demo        ${demo.file}

  Sign in     ${demo.tenants.map(({ slug, owner: { email, password } }) => `${email}  ${password}  (${slug})`).join('\n              ')}

  Try         curl -H "Authorization: Bearer ${demo.tenants[0]!.owner.apiKey}" ${origin}/api/v1/tickets
`)
  console.log(`ready ${origin}`)
}

/** A mailbox that anybody could read is for a machine that nobody else reaches. */
const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

let stopping = false
function stopOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void lifecycle.stop().then(() => process.exit(0))
  })
}
stopOn('SIGINT')
stopOn('SIGTERM')
stopOn('SIGHUP')

start().catch(async (error: unknown) => {
  if (stopping) return
  console.error(explain(error))
  await lifecycle.stop()
  process.exit(1)
})

/** One clear sentence for what the operator can mend; the whole error for what is our fault. */
const explain = (error: unknown): string =>
  error instanceof RowhouseError
    ? `${error.operator ?? error.definition.operator} (${error.code})`
    : String((error as Error).stack ?? error)
