/** The deployment's PostgreSQL, as its administrator sees it. */
import { type Deployment, urlOf } from '@rowhouse/tenancy'
import pg from 'pg'

export interface Database {
  readonly names: Deployment
  /** A superuser's connection, kept open. */
  at(databaseName: string): Promise<pg.Client>
  close(): Promise<void>
}

export function openDatabase(adminUrl: string, names: Deployment): Database {
  const clients = new Map<string, pg.Client>()
  return {
    names,
    async at(databaseName) {
      const known = clients.get(databaseName)
      if (known) return known
      const client = new pg.Client({ connectionString: urlOf(adminUrl, databaseName) })
      // A server that goes away shows at the next statement.
      client.on('error', () => {})
      await client.connect()
      clients.set(databaseName, client)
      return client
    },
    async close() {
      for (const client of clients.values()) await client.end()
    },
  }
}
