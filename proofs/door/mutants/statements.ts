/** How a mutant is made in SQL: it breaks something and returns what mends it. */
import type pg from 'pg'
import type { World } from '../world.ts'

/** Plain SQL with `{…}` for names; what mends it beside it. */
export const statements = (breaking: string, mending: string) => async (admin: pg.Client, world: World) => {
  await admin.query(fill(breaking, world))
  return [fill(mending, world)]
}

export function fill(text: string, { names, residents }: World): string {
  const place = (label: string) => residents.find((resident) => resident.label === label)!.placement.schemaName
  const words: Record<string, string> = {
    app: names.application,
    owner: names.owner,
    database: names.sharedDatabase,
    theirs: place('schema-b'),
    prefix: names.prefix,
  }
  return text.replace(/\{(\w+)\}/g, (_, word: string) => words[word]!)
}

/** Replaces words in a function of the door, whose definition is put back afterwards. */
export const rewritten =
  (names: readonly string[], from: string | RegExp, to: string, before = 'select 1', after = 'select 1') =>
  async (admin: pg.Client) => {
    const originals: string[] = [after]
    await admin.query(before)
    for (const name of names) {
      const { rows } = await admin.query<{ source: string }>('select pg_get_functiondef($1::regprocedure) as source', [
        name,
      ])
      const { source } = rows[0]!
      const broken = typeof from === 'string' ? source.replaceAll(from, to) : source.replace(from, to)
      if (broken === source) throw new Error(`${name} has no ${String(from)} to break`)
      await admin.query(broken)
      originals.unshift(source)
    }
    return originals
  }
