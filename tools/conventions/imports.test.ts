/** Imports point one way: the arrows of ARCHITECTURE.md, read from the code. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../run-program.ts'

/** What each package may import of ours, besides what those may. An arrow that is not here points up. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  telemetry: ['kernel'],
  postgres: ['kernel'],
  tenancy: ['kernel', 'telemetry'],
  events: ['kernel', 'telemetry', 'tenancy'],
  identity: ['kernel', 'telemetry', 'tenancy'],
  mail: ['kernel', 'tenancy'],
  http: ['kernel', 'telemetry', 'tenancy', 'identity'],
  idempotency: ['kernel', 'tenancy', 'http'],
  app: ['kernel', 'telemetry', 'tenancy', 'events', 'identity', 'http', 'idempotency'],
  modules: ['kernel', 'tenancy', 'events', 'identity', 'http', 'idempotency', 'app'],
  helpdesk: ['app', 'kernel'],
  cli: ['kernel'],
  client: [],
  testing: ['kernel', 'postgres', 'tenancy', 'telemetry', 'http', 'app', 'identity'],
  server: [
    'kernel',
    'telemetry',
    'postgres',
    'tenancy',
    'events',
    'identity',
    'http',
    'idempotency',
    'app',
    'modules',
    'helpdesk',
    'cli',
    'mail',
  ],
}

const folders: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(arrows).map((name) => [name, `packages/${name}`])),
  modules: 'modules',
  helpdesk: 'examples/helpdesk',
  server: 'apps/server',
}

const sources = (name: string) =>
  globSync(`${folders[name]}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**'] }).map((path) => ({
    path,
    isTest: path.endsWith('.test.ts') || path.endsWith('.fixture.ts'),
    imports: [
      ...readFileSync(join(root, path), 'utf8').matchAll(
        /^(?:import|export)\s[^'";]*?from '([^']+)'|import\('([^']+)'\)/gm,
      ),
    ].map(([, plain, dynamic]) => plain ?? dynamic!),
  }))

test.each(Object.keys(arrows))('%s imports only what stands below it', (name) => {
  const allowed = new Set([...arrows[name]!, name])
  const wrong = sources(name)
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, imports }) =>
      imports
        .flatMap((specifier) => /^@rowhouse\/([^/]+)/.exec(specifier)?.[1] ?? [])
        .filter((target) => !allowed.has(target))
        .map((target) => `${path} imports ${target}`),
    )
  expect(wrong).toEqual([])
})

test('every package has its arrows here', () => {
  const found = globSync('{packages,apps,examples}/*/package.json', { cwd: root }).map((path) =>
    path.split('/').at(-2)!,
  )
  expect(found.filter((name) => !Object.hasOwn(arrows, name))).toEqual([])
})

test('no file reaches into another package by a relative path', () => {
  const wrong = Object.keys(arrows).flatMap((name) =>
    sources(name)
      .filter(({ isTest }) => !isTest)
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            (specifier) => specifier.startsWith('.') && !join(path, '..', specifier).startsWith(`${folders[name]!}/`),
          )
          .map((specifier) => `${path} imports ${specifier}`),
      ),
  )
  expect(wrong).toEqual([])
})

test('only the composition root starts telemetry or an embedded server', () => {
  const users = Object.keys(arrows)
    .filter((name) => name !== 'server' && name !== 'testing')
    .flatMap((name) => sources(name))
    .filter(
      ({ isTest, imports }) =>
        !isTest && imports.some((each) => each === '@rowhouse/telemetry/sdk' || each === '@rowhouse/postgres'),
    )
  expect(users.map(({ path }) => path)).toEqual([])
})

test('the environment is read by programs only, never by what they import', () => {
  // The last hands its environment on to the programs that it runs.
  const programs = new Set(['apps/server/start.ts', 'apps/server/rowhouse.ts', 'packages/postgres/run.ts'])
  const readers = Object.keys(arrows)
    .filter((name) => name !== 'testing')
    .flatMap((name) => sources(name))
    .filter(
      ({ path, isTest }) =>
        !isTest && !programs.has(path) && /process\.env/.test(readFileSync(join(root, path), 'utf8')),
    )
  expect(readers.map(({ path }) => path)).toEqual([])
})
