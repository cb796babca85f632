/** The command line, composed. */
import { join } from 'node:path'
import { type CliOptions, type OperatorApi, runCli } from '@rowhouse/cli'
import { modules } from '@rowhouse/helpdesk'
import { maskedConfig, readConfig } from '@rowhouse/kernel'
import { findFaults, hostUrls, migrateAll, prepareCluster } from '@rowhouse/tenancy'
import { catalogue } from './catalogue.ts'
import { settings } from './config.ts'
import { type Database, externalDatabase, migrationsOf } from './database.ts'
import type { Demo } from './demo.ts'
import { loadEnvFile } from './env-file.ts'
import { serverErrors } from './errors.ts'
import { readJson } from './home-folder.ts'

loadEnvFile()
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
    const values = config()
    const database = externalDatabase(values)
    const { names, migratorUrl } = database
    const { adminUrl } = values
    const hardened =
      adminUrl === undefined ? null : (await prepareCluster(adminUrl, names, passwordsOf(database))).hardened
    await migrateAll(migratorUrl, names, migrationsOf(modules), ({ databaseName, schemaName }, applied) =>
      onTarget({ databaseName, schemaName, applied }),
    )
    return { hardened }
  },

  async doctor() {
    if (config().databaseUrl === undefined) {
      throw serverErrors.incompleteConfiguration({
        operator:
          'The doctor looks at the database of DATABASE_URL, and there is none in the settings. It does not look at the embedded one of npm start, which that prepares anew at each start.',
      })
    }
    const { names, url, relayUrl, migratorUrl } = externalDatabase(config())
    return findFaults({ names, applicationUrl: url, relayUrl, migratorUrl })
  },
}

function passwordsOf({ url, migratorUrl, relayUrl }: Database) {
  const password = (of: string) => decodeURIComponent(new URL(hostUrls(of)[0]!).password)
  return {
    applicationPassword: password(url),
    migratorPassword: password(migratorUrl),
    relayPassword: password(relayUrl),
  }
}

process.exitCode = await runCli(process.argv.slice(2), options, {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
})
