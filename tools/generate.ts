/** `npm run generate`: writes every generated file. Tests keep them in step with the code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgres18, startServer } from '@rowhouse/testing'
import { clientFiles } from './generate/client.ts'
import { referenceFiles } from './generate/reference.ts'
import { tableFiles } from './generate/tables.ts'
import { root } from './run-program.ts'

const postgres = await startServer(postgres18)
try {
  const files = { ...referenceFiles(), ...(await clientFiles()), ...(await tableFiles(postgres.url)) }
  for (const [path, content] of Object.entries(files)) {
    writeFileSync(join(root, path), content)
    console.log(path)
  }
} finally {
  await postgres.stop()
}
