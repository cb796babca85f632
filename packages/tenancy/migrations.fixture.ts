/** Modules of migrations that a test writes on the spot. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ModuleMigrations } from './tenancy.ts'

export interface MigrationFolder {
  readonly module: ModuleMigrations
  /** Replaces all files. */
  write(files: Readonly<Record<string, string>>): void
  remove(): void
}

export function migrationFolder(module: string): MigrationFolder {
  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-migrations-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return {
    module: { module, migrations: { folder: pathToFileURL(`${folder}/`) } },
    write(files) {
      remove()
      mkdirSync(folder)
      for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql)
    },
    remove,
  }
}

/** A table as every tenant table is. */
export const soundTable = (name: string, more = '') => `
  create table ${name} (
    tenant_id uuid not null default rowhouse.tenant_id(),
    id text not null,
    ${more}
    primary key (tenant_id, id)
  );`
