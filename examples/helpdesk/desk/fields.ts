/** Kinds of field that several operations share. Every text is bounded, and holds nothing that PostgreSQL would refuse. */
import { z } from 'zod'

/** A text in one line. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !/\p{Cc}/u.test(text), 'Must not contain control characters')

/** A text of many lines. */
export const prose = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !text.includes('\0'), 'Must not contain the character NUL')

/** An address as RFC 5321 bounds it, letters of all scripts allowed (RFC 6531). Upper and lower case are one. */
export const Email = z
  .email({ pattern: /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]]{1,252}$/ })
  .toLowerCase()
  .refine((address) => Buffer.byteLength(address) <= 254 && !/\p{Cc}/u.test(address), 'Not an e-mail address')
  .meta({ description: 'Kept in lower case.', example: 'ines.moreau@example.com' })

/** `Needs  Invoice` and `needs-invoice` are one tag. */
export const normaliseTag = (text: string): string => text.normalize('NFC').trim().toLowerCase().replaceAll(/\s+/g, '-')

export const Tag = z
  .string()
  .overwrite(normaliseTag)
  .min(1)
  .max(40)
  .refine((text) => !/\p{Cc}/u.test(text), 'Must not contain control characters')
  .meta({ description: 'Kept in lower case, with hyphens for spaces.', example: 'invoice' })

export const Tags = z
  .array(Tag)
  .max(20)
  .overwrite((tags) => [...new Set(tags)])
  .meta({ description: 'Each once; in the order given.', example: ['invoice', 'vip'] })

export const Time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.', example: '2026-11-24T09:30:00.123Z' })

/** The columns that an API shape shows: they have the same names, so that a row is an answer. */
export const columns = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>): (keyof Shape & string)[] =>
  Object.keys(schema.shape)
