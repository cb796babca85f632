import { Command } from 'commander'
import { defineErrors } from '@rowhouse/kernel'
import type { Print } from './cli.ts'

/** What is wrong with the deployment, one sentence each; empty when all is well. */
export type Doctor = () => Promise<readonly string[]>

export const doctorErrors = defineErrors('doctor', {
  foundFaults: {
    status: 500,
    title: 'Faults found',
    detail: 'The deployment has faults.',
    operator: 'Each line says what stands open and where.',
  },
})

export const doctorCommand = (doctor: Doctor, print: Print): Command =>
  new Command('doctor')
    .description('Look for what stands open: tables outside the door, roles too strong, side doors of PostgreSQL')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const faults = await doctor()
      print(
        { faults },
        () => (faults.length === 0 ? 'No faults found' : faults.map((fault) => `- ${fault}`).join('\n')),
        json,
      )
      if (faults.length > 0) throw doctorErrors.foundFaults({ operator: `${faults.length} faults found` })
    })
