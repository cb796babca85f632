/** `npm run check`: what needs no server, in under a minute. */
import { root, runProgram } from './run-program.ts'

/** In the order in which a reader wants to hear of them. */
const checks: readonly (readonly [title: string, program: string, ...args: string[]])[] = [
  ['types', 'tsc', '--project', root],
  ['lint', 'oxlint', '--type-aware', '--quiet'],
  ['format', 'oxfmt', '--check'],
  ['conventions: imports, docs and generated files', 'vitest', 'run', '--reporter=dot', 'tools/conventions'],
]

/** @returns the titles of what failed. */
export async function check(): Promise<string[]> {
  const failed: string[] = []
  for (const [title, program, ...args] of checks) {
    console.log(`\n· ${title}`)
    if ((await runProgram(program, args)) !== 0) failed.push(title)
  }
  return failed
}

if (import.meta.main) {
  const failed = await check()
  console.log(failed.length === 0 ? '\nAll checks passed' : `\nFailed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}
