import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { isError } from '@rowhouse/kernel'
import { decodeCursor, encodeCursor, httpErrors } from './http.ts'

const Key = z.tuple([z.iso.datetime(), z.uuid()])
const key: z.output<typeof Key> = ['2026-03-14T09:26:53Z', '0198c7a0-7f3b-7c1e-9d4a-5b6c7d8e9f01']

test('a cursor comes back as it went', () => {
  expect(decodeCursor(encodeCursor(key), Key)).toEqual(key)
})

test('what encodeCursor did not make is refused, whatever it is', () => {
  const refused = (text: string) => {
    try {
      decodeCursor(text, Key)
      return false
    } catch (error) {
      return isError(error, httpErrors.invalidCursor)
    }
  }
  fc.assert(fc.property(fc.string(), refused))
  fc.assert(fc.property(fc.jsonValue(), (value) => refused(encodeCursor([value]))))
  fc.assert(fc.property(fc.nat(encodeCursor(key).length - 1), (length) => refused(encodeCursor(key).slice(0, length))))
  expect(refused(`${encodeCursor(key)}=`)).toBe(true)
  expect(refused(` ${encodeCursor(key)}`)).toBe(true)
})
