/**
 * `npm test`: everything. `npm test -- tenancy` runs the test files whose path has that word, and starts only the servers
 * that they ask for. `--all`, or CI=true, makes a server that cannot be had a failure.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.ts'
import { runProgram } from './run-program.ts'

const args = process.argv.slice(2)
const filters = args.filter((argument) => argument !== '--all')
const failedChecks = filters.length === 0 ? await check() : []

const folder = mkdtempSync(join(tmpdir(), 'rowhouse-test-'))
const report = join(folder, 'report.json')
const environment = args.includes('--all') ? { ROWHOUSE_TEST_ALL: '1' } : {}
const code = await runProgram(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`, ...filters],
  environment,
)
const { passed, failed } = counts(report)
rmSync(folder, { recursive: true })

if (failedChecks.length > 0) console.log(`\nFailed checks: ${failedChecks.join(', ')}`)
console.log(`\n${passed} passed, ${failed + failedChecks.length} failed`)
process.exitCode = code === 0 && failedChecks.length === 0 ? 0 : 1

function counts(file: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    return { passed: numPassedTests!, failed: numFailedTests! }
  } catch {
    // Vitest ended before it could report: its exit code tells.
    return { passed: 0, failed: 1 }
  }
}
