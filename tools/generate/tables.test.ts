import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgres18, server } from '@rowhouse/testing'
import { expect, test } from 'vitest'
import { root } from '../run-program.ts'
import { tableFiles } from './tables.ts'

test('the table types in the code are those of the migrated catalog', async () => {
  const files = await tableFiles(await server(postgres18))
  for (const [path, content] of Object.entries(files))
    expect(readFileSync(join(root, path), 'utf8'), path).toBe(content)
})
