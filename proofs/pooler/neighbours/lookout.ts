/** Searches every byte that neighbours receive for what belongs to tenants. */
import type pg from 'pg'
import type { Count } from '../../count.ts'
import type { Ground } from '../ground.ts'
import { canaryMark } from '../resident.ts'
import { harms } from '../scene.ts'

export interface Lookout {
  listen(client: pg.Client): void
}

const tokens = /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|t_[0-9a-f]{20})\b/g
/** A find may lie across two pieces. */
const overlap = 64

export function createLookout({ residents, known }: Ground, title: string, count: Count): Lookout {
  const secrets = new Set(residents.flatMap(({ id, placement }) => [id, placement.schemaName]))
  secrets.delete('pooled')
  for (const { id } of known) secrets.delete(id)
  return {
    listen(client) {
      let before = ''
      ;(client as unknown as Wire).connection.stream.on('data', (data) => {
        const text = before + data.toString('latin1')
        before = text.slice(-overlap)
        const found = text.includes(canaryMark) ? canaryMark : text.match(tokens)?.find((token) => secrets.has(token))
        count.add('bytes searched that neighbours received', data.length)
        if (found === undefined) return
        const at = text.indexOf(found)
        before = ''
        count.find({
          harm: harms.leaked,
          where: `${title}, a neighbour`,
          saw: text.slice(Math.max(0, at - 200), at + 200).replaceAll(/[^\x20-\x7e]+/g, '·'),
        })
      })
    },
  }
}

/** What pg's types leave out. */
interface Wire {
  readonly connection: { readonly stream: { on(event: 'data', listener: (data: Buffer) => void): void } }
}
