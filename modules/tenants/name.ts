import { z } from 'zod'

/** What people, organizations and tenants call themselves: it is shown to others, and stands in the subjects of letters. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !broken.test(name), 'Use a single line without control characters')
  .refine((name) => visible.test(name), 'Use at least one character that can be seen')

/** Control characters, line separators, and what turns the direction of the text around it (UAX #9). */
const broken = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

/** U+2800 is a Braille pattern without dots. */
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{C}\p{M}\u2800]/u
