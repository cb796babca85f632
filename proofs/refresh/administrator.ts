/** A superuser beside the nodes: looks at what is kept, and does to the databases what no node would. */
import { urlOf } from '@rowhouse/tenancy'
import pg from 'pg'
import type { Site } from '../nodes/site.ts'
import { type Family, sessionOf } from './family.ts'
import type { Person } from './people.ts'

export interface Administrator {
  kept(family: Family): Promise<{ readonly ended: boolean; readonly live: string }>
  removeMember(person: Person): Promise<void>
  /** Ends every connection of the nodes. */
  cutConnections(): Promise<void>
  /** Nobody reaches the database of pooled tenants any more. */
  closeHouses(): Promise<void>
  openHouses(): Promise<void>
  leave(): Promise<void>
}

export function createAdministrator({ controlUrl, names }: Site): Administrator {
  const { sharedDatabase, application } = names
  const pool = (connectionString: string) =>
    new pg.Pool({ connectionString, max: 2 }).on('error', () => {
      // It throws itself out as well when it closes the houses.
    })
  const [control, houses] = [pool(controlUrl), pool(urlOf(controlUrl, sharedDatabase))]
  return {
    async kept(family) {
      const { tenantId, sessionId } = sessionOf(family)
      const { rows } = await control.query<{ revoked_at: string | null; token_hash: Buffer }>(
        'select revoked_at, token_hash from control.sessions where tenant_id = $1 and id = $2',
        [tenantId, sessionId],
      )
      return { ended: rows[0]!.revoked_at !== null, live: rows[0]!.token_hash.toString('hex') }
    },

    async removeMember({ tenant, member }) {
      await houses.query('delete from pooled.members where tenant_id = $1 and id = $2', [tenant.id, member.id])
    },

    async cutConnections() {
      await control.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [application])
    },

    async closeHouses() {
      await control.query(`alter database ${pg.escapeIdentifier(sharedDatabase)} allow_connections false`)
      await control.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [sharedDatabase])
    },

    async openHouses() {
      await control.query(`alter database ${pg.escapeIdentifier(sharedDatabase)} allow_connections true`)
    },

    async leave() {
      await Promise.all([control.end(), houses.end()])
    },
  }
}
