/** The guide, compiled and run: its snippets are one program, against a server that npm start would start. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Program, startProgram } from '../../apps/server/start-program.fixture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'rowhouse-guide-'))
let folder: string
let program: Program

beforeAll(async () => {
  // Inside the repository: the program finds its packages as any other does.
  mkdirSync(join(root, '.rowhouse'), { recursive: true })
  folder = mkdtempSync(join(root, '.rowhouse/guide-'))
  program = await startProgram({ ROWHOUSE_HOME: home, LOG_LEVEL: 'warn' })
  const guide = readFileSync(new URL('./api-clients.md', import.meta.url), 'utf8')
  const snippets = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, snippet]) => snippet!)
  const code = snippets
    .join('\n')
    .replaceAll('http://127.0.0.1:3000', program.origin!)
    .replaceAll('.rowhouse/', `${home}/`)
  writeFileSync(join(folder, 'guide.ts'), code)
  const compilerOptions = { lib: ['es2024', 'dom'] }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] }),
  )
})
afterAll(async () => {
  await program?.end('SIGTERM')
  for (const each of [folder, home]) rmSync(each, { recursive: true, force: true, maxRetries: 20 })
})

test('the snippets compile', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(() => execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).not.toThrow()
})

test('and do what the guide says', () => {
  const said = execFileSync(process.execPath, [join(folder, 'guide.ts')], { encoding: 'utf8' })
  expect(said).toMatch(/^\d+ open$/m)
  expect(said).toMatch(/^\d+ Invoice shows the wrong VAT number$/m)
  expect(said).toMatch(/^5 \S+$/m)
  expect(said).toMatch(/^409 .+closed/m)
  expect(said).toMatch(/^members.list 1 200$/m)
  expect(said).toMatch(/^\d$/m)
  expect(said).toMatch(/^Show the sign-in page$/m)
})
