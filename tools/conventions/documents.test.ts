/** Documents and generated files are in step with the code. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue } from '../../apps/server/catalogue.ts'
import { clientFiles } from '../generate/client.ts'
import { referenceFiles } from '../generate/reference.ts'
import { root } from '../run-program.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const markdown = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**', '.rowhouse/**'] })
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))

test.each(Object.entries({ ...referenceFiles(), ...(await clientFiles()) }))(
  '%s is what npm run generate writes',
  (path, content) => {
    expect(read(path)).toBe(content)
  },
)

test('every error code is one of a kind', () => {
  const codes = catalogue.map(({ code }) => code)
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
})

test.each(markdown)('links in %s lead somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) => link!)
  expect(links.filter((link) => !existsSync(join(root, dirname(path), decodeURIComponent(link))))).toEqual([])
})

test('every package is on the map in README', () => {
  const folders = globSync('{packages,apps,examples}/*', { cwd: root }).filter((path) =>
    existsSync(join(root, path, 'package.json')),
  )
  const map = read('README.md')
  expect(
    [...folders, 'modules', 'proofs', 'bench', 'docs'].filter(
      (path) =>
        !map.includes(`[${path}](${path}/`) && !map.includes(`[${path}](${path})`) && !map.includes(`](${path}/`),
    ),
  ).toEqual([])
})

test('the lock file names no host', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
})

test('versions are exact', () => {
  const loose = tracked
    .filter((path) => path.endsWith('package.json'))
    .flatMap((path) => {
      const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(read(path))
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))
        .map(([name, version]) => `${path}: ${name} ${String(version)}`)
    })
  expect(loose).toEqual([])
})

test('no test is switched off or runs alone', () => {
  const found = tracked
    .filter((path) => path.endsWith('.test.ts') && path !== 'tools/conventions/documents.test.ts')
    .filter((path) => /\b(it|test|describe)\.(only|skip|todo|fails)\b/.test(read(path)))
  expect(found).toEqual([])
})
