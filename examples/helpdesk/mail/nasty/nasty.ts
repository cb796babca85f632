/** Messages written to be hard, by theme. None is by a mail program; those are in `messages/`. */
import { addresses } from './addresses.ts'
import { attachments } from './attachments.ts'
import { bodies } from './bodies.ts'
import { boundaries } from './boundaries.ts'
import { charsets } from './charsets.ts'
import { encodings } from './encodings.ts'
import { headers } from './headers.ts'
import { marks } from './marks.ts'
import { programs } from './programs.ts'
import { trees } from './trees.ts'
import { words } from './words.ts'
import type { NastyMail } from './written.ts'

export const nasty: Readonly<Record<string, readonly NastyMail[]>> = {
  headers,
  addresses,
  words,
  charsets,
  trees,
  boundaries,
  encodings,
  attachments,
  bodies,
  programs,
  marks,
}

export type { NastyMail } from './written.ts'
