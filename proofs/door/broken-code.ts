/** The tenancy package with words of its source replaced: how the proof breaks the half of the door that is TypeScript. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Tenancy } from './world.ts'

export interface Edit {
  /** In packages/tenancy. */
  readonly file: string
  readonly from: string
  readonly to: string
}

const folder = new URL('../../packages/tenancy/', import.meta.url)
let copies = 0

/** @throws when the words are not in the source any more: then the mutant would prove nothing. */
export async function importBroken({ file, from, to }: Edit): Promise<Tenancy> {
  const mark = `?broken=${(copies += 1)}`
  let done = false
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const inside = context.parentURL?.endsWith(mark) && found.url.startsWith(folder.href)
      return inside ? { ...found, url: found.url + mark } : found
    },
    load(url, context, next) {
      const loaded = next(url, context)
      if (url !== new URL(file, folder).href + mark) return loaded
      const source = readFileSync(new URL(file, folder), 'utf8')
      if (!source.includes(from)) throw new Error(`${file} has no "${from}" to break`)
      done = true
      return { ...loaded, source: source.replace(from, to) }
    },
  })
  try {
    const broken = (await import(new URL('tenancy.ts', folder).href + mark)) as Tenancy
    if (!done) throw new Error(`${fileURLToPath(new URL(file, folder))} was not loaded`)
    return broken
  } finally {
    hooks.deregister()
  }
}
