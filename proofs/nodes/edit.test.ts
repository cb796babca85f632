import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mutants as kills } from '../kills/mutants.ts'
import { mutants as refresh } from '../refresh/mutants.ts'
import { mutants as replicas } from '../replicas/mutants.ts'
import { mutants as skeleton } from '../skeleton/mutants/mutants.ts'
import { mutants as tokens } from '../tokens/mutants.ts'
import { breakSource } from './edit.ts'

const inSkeleton = skeleton.flatMap(({ name, code }) => (code ? [{ name, edits: code }] : []))

/** Found here in a moment, and not in the campaign. */
describe.each(Object.entries({ kills, refresh, replicas, skeleton: inSkeleton, tokens }))('%s', (_proof, mutants) => {
  test.each(mutants.map(({ name, edits }) => [name, edits] as const))('can break: %s', (_name, edits) => {
    for (const [file, here] of Map.groupBy(edits, (edit) => edit.file)) {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
      expect(breakSource(source, here)).not.toBe(source)
    }
  })
})
