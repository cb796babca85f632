import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutants as door } from '../door/mutants/mutants.ts'
import { mutants as kills } from '../kills/mutants.ts'
import { mutants as pooler } from '../pooler/mutants.ts'
import { mutants as refresh } from '../refresh/mutants.ts'
import { mutants as replicas } from '../replicas/mutants.ts'
import { mutants as skeleton } from '../skeleton/mutants/mutants.ts'
import { mutants as tokens } from '../tokens/mutants.ts'
import { breakSource, type Edit } from './edit.ts'

const inSkeleton = skeleton.flatMap(({ name, code }) => (code ? [{ name, edits: code }] : []))

/** Those of one package, whose files are named from there. */
const inTenancy = (mutants: readonly { readonly name: string; readonly code?: Edit }[]) =>
  mutants.flatMap(({ name, code }) =>
    code ? [{ name, edits: [{ ...code, file: `packages/tenancy/${code.file}` }] }] : [],
  )

const broken = {
  door: inTenancy(door),
  kills,
  pooler: inTenancy(pooler),
  refresh,
  replicas,
  skeleton: inSkeleton,
  tokens,
}

/** Found here in a moment, and not in the campaign. */
describe.each(Object.entries(broken))('%s', (_proof, mutants) => {
  test.each(mutants.map(({ name, edits }) => [name, edits] as const))('can break: %s', (_name, edits) => {
    for (const [file, here] of Map.groupBy(edits, (edit) => edit.file)) {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
      expect(breakSource(source, here)).not.toBe(source)
    }
  })
})
