import { Command } from 'commander'
import type { Print } from './cli.ts'

export interface MigratedTarget {
  readonly databaseName: string
  readonly schemaName: string
  /** How many migrations it had in this run. */
  readonly applied: number
}

/** Prepares the cluster when an administrator's URL is configured, then brings every target up to date. */
export type Migrate = (onTarget: (target: MigratedTarget) => void) => Promise<{ readonly hardened: boolean | null }>

export function migrateCommand(migrate: Migrate, print: Print): Command {
  const command = new Command('migrate').description('Prepare databases and bring them up to date')
  command
    .command('run')
    .description(
      'With DATABASE_ADMIN_URL: make roles, databases and the door. Then, with DATABASE_MIGRATOR_URL: apply what is new to every target, one after the other. Safe to repeat',
    )
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const targets: MigratedTarget[] = []
      const { hardened } = await migrate((target) => targets.push(target))
      const result = { hardened, targets }
      print(result, () => report(result), json)
    })
  return command
}

function report({ hardened, targets }: { hardened: boolean | null; targets: readonly MigratedTarget[] }): string {
  const done = targets.map(
    ({ databaseName, schemaName, applied }) => `${databaseName}/${schemaName}: ${applied} applied`,
  )
  const note =
    hardened === false
      ? [
          'The administrator is no superuser, so some of PostgreSQL’s side doors stay open: `rowhouse doctor` lists them.',
        ]
      : []
  return [...done, ...note, `${targets.length} targets are up to date`].join('\n')
}
