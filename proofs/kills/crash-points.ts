/** The crash points that there are, read from the source: a new one is killed at without being told of. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const crashPoints = (): string[] => {
  const files = globSync('{packages,modules,apps,examples}/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  const named = files
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/crashPoint\('([^']+)'\)/g)])
    .map(([, name]) => name!)
  return [...new Set(named)].toSorted()
}
