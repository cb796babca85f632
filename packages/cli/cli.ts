/**
 * `rowhouse`: the operators' command line. What concerns tenants goes over the operators' API like anybody's program;
 * what prepares a database goes to the database.
 */
import { type ErrorCode, RowhouseError } from '@rowhouse/kernel'
import { Command, CommanderError } from 'commander'
import { explainCommand } from './explain.ts'
import { type Migrate, migrateCommand } from './migrate.ts'
import { eventsCommand } from './events.ts'
import type { OperatorApi } from './operator-api.ts'
import { poolsCommand } from './pools.ts'
import { tenantsCommand } from './tenants.ts'
import { type Doctor, doctorCommand } from './doctor.ts'

export { type Migrate, type MigratedTarget } from './migrate.ts'
export { type OperatorApi, cliErrors } from './operator-api.ts'
export { type Doctor, doctorErrors } from './doctor.ts'
export { explainErrors } from './explain.ts'

/** What the composition root gives: nothing is read or opened before a command needs it. */
export interface CliOptions {
  readonly operatorApi: () => OperatorApi
  readonly migrate: Migrate
  readonly doctor: Doctor
  /** Every setting in force, secrets masked. */
  readonly config: () => Readonly<Record<string, string>>
  readonly catalogue: readonly ErrorCode[]
}

/** Where answers go, so that a test can read them. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
}

/** Runs one command line. @returns the exit code: 0, 1 when it failed, 2 when it was not understood. */
export async function runCli(args: readonly string[], options: CliOptions, terminal: Terminal): Promise<number> {
  const program = new Command('rowhouse')
    .description('Run a Rowhouse deployment: its tenants, events, connections, migrations and health.')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .showHelpAfterError('(--help shows what there is)')
  const print = (value: unknown, asText: () => string, json: boolean) =>
    terminal.out(`${json ? JSON.stringify(value, null, 2) : asText()}\n`)

  program.addCommand(tenantsCommand(options.operatorApi, print))
  program.addCommand(eventsCommand(options.operatorApi, print))
  program.addCommand(poolsCommand(options.operatorApi, print))
  program.addCommand(migrateCommand(options.migrate, print))
  program.addCommand(doctorCommand(options.doctor, print))
  program.addCommand(explainCommand(options.catalogue, print))
  program
    .command('config')
    .description('Print every setting that is in force, secrets masked')
    .option('--json', 'as JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const config = options.config()
      print(
        config,
        () =>
          Object.entries(config)
            .map(([name, value]) => `${name}=${value}`)
            .join('\n'),
        json,
      )
    })
  for (const command of allCommands(program))
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.error })

  try {
    await program.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    terminal.error(`${wordsOf(error)}\n`)
    return 1
  }
}

export type Print = (value: unknown, asText: () => string, json: boolean) => void

const allCommands = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...allCommands(each)])

const wordsOf = (error: unknown): string =>
  error instanceof RowhouseError ? `${error.operator ?? error.definition.operator} (${error.code})` : String(error)
