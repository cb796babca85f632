/** The names of one deployment in its cluster. Roles and databases are global there, so they carry its prefix. */
export interface Deployment {
  readonly prefix: string
  /** Owns every table and function; nobody can log in as it. */
  readonly owner: string
  /** Builds: migrations, new tenants. Logs in, and may become the owner. */
  readonly migrator: string
  /** Serves. Owns nothing, may create nothing, escapes no policy. */
  readonly application: string
  /** Sees which tenants have events waiting, and since when; nothing else of theirs. */
  readonly relay: string
  /** Holds the catalog; tenants' keys live there behind the same door. */
  readonly controlDatabase: string
  /** Where tenants of the shared and schema tiers live. */
  readonly sharedDatabase: string
  /** What a new dedicated database is copied from. */
  readonly templateDatabase: string
}

export const deployment = (prefix: string, controlDatabase: string): Deployment => ({
  prefix,
  owner: `${prefix}_owner`,
  migrator: `${prefix}_migrator`,
  application: `${prefix}_app`,
  relay: `${prefix}_relay`,
  controlDatabase,
  sharedDatabase: `${prefix}_shared_1`,
  templateDatabase: `${prefix}_template`,
})

/** Where a tenant lives. The tier follows from the three coordinates. */
export interface Placement {
  readonly clusterName: string
  readonly databaseName: string
  readonly schemaName: string
  /** Raised by every move; a proof made for another epoch is refused. */
  readonly epoch: number
}

export type Tier = 'shared' | 'schema' | 'database'

/** The control database as a home: every tenant has one there, for its keys. It never moves. */
export const controlPlacement = ({ controlDatabase }: Deployment): Placement => ({
  clusterName: 'main',
  databaseName: controlDatabase,
  schemaName: 'control',
  epoch: 0,
})

/** Fills `{{owner}}`, `{{migrator}}`, `{{application}}` and `{{relay}}` in SQL with quoted role names. */
export const fillRoles = (sql: string, names: Deployment): string =>
  sql.replace(
    /\{\{(owner|migrator|application|relay)\}\}/g,
    (_, role: 'owner' | 'migrator' | 'application' | 'relay') => quoted(names[role]),
  )

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`
