/** The command line, composed. */
import { join } from 'node:path'
import { type CliOptions, type OperatorApi, runCli } from '@rowhouse/cli'
import { modules } from '@rowhouse/helpdesk'
import { maskedConfig, readConfig } from '@rowhouse/kernel'
import { findFaults, migrateAll, prepareCluster } from '@rowhouse/tenancy'
import { catalogue } from './catalogue.ts'
import { type ServerConfig, settings } from './config.ts'
import { deploymentOf, migrationsOf } from './database.ts'
import type { Demo } from './demo.ts'
import { serverErrors } from './errors.ts'
import { readJson } from './home-folder.ts'

const config = () => readConfig(settings, process.env)

const options: CliOptions = {
  catalogue,
  config: () => maskedConfig(settings, config()),

  /** The server of ROWHOUSE_URL with OPERATOR_API_KEY, or the one that runs from ROWHOUSE_HOME. */
  operatorApi(): OperatorApi {
    const { home, operatorApiKey } = config()
    const demo = readJson<Demo>(join(home, 'demo.json'))
    const origin = process.env.ROWHOUSE_URL ?? demo?.origin
    const key = operatorApiKey ?? demo?.operator.apiKey
    if (origin && key) return { origin, key }
    throw serverErrors.incompleteConfiguration({
      operator: `Nothing says which server is meant: give ROWHOUSE_URL and OPERATOR_API_KEY, or ROWHOUSE_HOME of a server that runs here (now ${home}).`,
    })
  },

  async migrate(onTarget) {
    const { databaseUrl, migratorUrl, adminUrl, prefix } = requireUrls(config())
    const names = deploymentOf(prefix, databaseUrl)
    const hardened =
      adminUrl === undefined
        ? null
        : (await prepareCluster(adminUrl, names, passwordsOf(databaseUrl, migratorUrl))).hardened
    await migrateAll(migratorUrl, names, migrationsOf(modules), ({ databaseName, schemaName }, applied) =>
      onTarget({ databaseName, schemaName, applied }),
    )
    return { hardened }
  },

  async doctor() {
    const { databaseUrl, migratorUrl, prefix } = requireUrls(config())
    return findFaults({ names: deploymentOf(prefix, databaseUrl), applicationUrl: databaseUrl, migratorUrl })
  },
}

function requireUrls(values: ServerConfig) {
  const { databaseUrl, migratorUrl, adminUrl, prefix } = values
  if (databaseUrl !== undefined && migratorUrl !== undefined) return { databaseUrl, migratorUrl, adminUrl, prefix }
  throw serverErrors.incompleteConfiguration({
    operator:
      'Give DATABASE_URL and DATABASE_MIGRATOR_URL (their users are made with the passwords in them), and DATABASE_ADMIN_URL the first time. The embedded database of npm start needs none of this.',
  })
}

function passwordsOf(databaseUrl: string, migratorUrl: string) {
  const password = (url: string) => decodeURIComponent(new URL(url).password)
  return { applicationPassword: password(databaseUrl), migratorPassword: password(migratorUrl) }
}

process.exitCode = await runCli(process.argv.slice(2), options, {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
})
