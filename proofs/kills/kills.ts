/** `npm run prove -- kills`: nodes killed with -9 lose nothing that they acknowledged, do nothing twice, and leave nothing half done. */
import { postgres18, startServer } from '@rowhouse/testing'
import type { Proof, Run } from '../proof.ts'
import { crashPoints } from './crash-points.ts'
import { killAtWork, type Shift, type Tally } from './shift.ts'

export const kills: Proof = {
  name: 'kills',
  about:
    'nodes killed with -9 lose nothing they acknowledged, do nothing twice and leave nothing half done, in any tier',
  async run({ seed, scale, report, signal }) {
    const server = await startServer(postgres18)
    try {
      const shift: Shift = {
        nodes: 1,
        commands: Math.ceil(2_000 * scale),
        points: crashPoints(),
        atRandom: Math.ceil(10 * scale),
        clientsPerTenant: 3,
      }
      const tally = await killAtWork(server.url, shift, { seed, scale, report, signal })
      show(tally, report)
      return { held: tally.faults.length === 0, figures: `${tally.commands} commands` }
    } finally {
      await server.stop()
    }
  },
}

function show({ faults, deaths, outcomes }: Tally, report: Run['report']): void {
  report('Kills:')
  for (const [where, count] of deaths) report(`  ${String(count).padStart(7)}  ${where}`)
  report('Commands:')
  for (const [outcome, count] of outcomes) report(`  ${String(count).padStart(7)}  ${outcome}`)
  for (const fault of faults.slice(0, 20)) report(`  ${fault.slice(0, 400)}`)
  if (faults.length > 20) report(`  … and ${faults.length - 20} more`)
}
