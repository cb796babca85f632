import { defineErrors, type ErrorCode } from '@rowhouse/kernel'
import { Command } from 'commander'
import type { Print } from './cli.ts'

export const explainErrors = defineErrors('explain', {
  unknownCode: {
    status: 404,
    title: 'Unknown code',
    detail: 'There is no such error code.',
    operator: 'docs/reference/errors.md lists every code.',
  },
})

/** One code of the catalogue, in both voices. */
export const explainCommand = (catalogue: readonly ErrorCode[], print: Print): Command =>
  new Command('explain')
    .description('Explain an error code')
    .argument('<code>', 'for example tenancy.tenant_not_found')
    .option('--json', 'as JSON')
    .action((code: string, { json = false }: { json?: boolean }) => {
      const found = catalogue.find((each) => each.code === code)
      if (!found)
        throw explainErrors.unknownCode({
          operator: `There is no error code ${code}: docs/reference/errors.md lists them all`,
        })
      const { status, title, detail, operator } = found.definition
      print(
        { code, status, title, detail, operator },
        () => `${code} (${status} ${title})\n\nSays:  ${detail}\nMeans: ${operator}`,
        json,
      )
    })
