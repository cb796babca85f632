import { describe, expect, test } from 'vitest'
import { refused } from './errors.ts'
import { Email, normaliseTag, Tags } from './fields.ts'
import { cursorAfter, orderBy } from './order.ts'
import { containing, pageFound, searchWindow } from './search.ts'
import { statusesBefore } from './status.ts'

describe('status', () => {
  test('a closed ticket takes no step and no change', () => {
    for (const next of ['open', 'pending', 'solved', 'closed', undefined] as const) {
      expect(statusesBefore(next)).not.toContain('closed')
    }
  })

  test('a solved ticket does not wait for the customer: it is opened again first', () => {
    expect(statusesBefore('pending')).toEqual(['open', 'pending'])
    expect(statusesBefore('open')).toContain('solved')
  })

  test('staying as it is counts as a step, so that a repeated request succeeds', () => {
    for (const status of ['open', 'pending', 'solved'] as const) expect(statusesBefore(status)).toContain(status)
  })
})

describe('fields', () => {
  test('tags differ by their words only', () => {
    expect(normaliseTag('  Needs \t Invoice ')).toBe('needs-invoice')
    expect(normaliseTag('Cafe\u0301')).toBe(normaliseTag('CAFÉ'))
    expect(Tags.parse(['VIP', 'Needs Invoice', 'vip', 'needs-invoice'])).toEqual(['vip', 'needs-invoice'])
  })

  test('a tag that is empty, too long once in lower case, or has control characters is refused', () => {
    for (const tag of [' ', 'İ'.repeat(21), 'a\0b']) expect(Tags.safeParse([tag]).success).toBe(false)
    expect(Tags.safeParse(Array.from({ length: 21 }, (_, at) => `tag-${at}`)).success).toBe(false)
  })

  test('upper and lower case of an address are one, and its bytes are bounded', () => {
    expect(Email.parse('Ines.Moreau@Example.com')).toBe('ines.moreau@example.com')
    expect(Email.parse('дмитрий@пример.example')).toBe('дмитрий@пример.example')
    for (const bad of ['a', 'a@b@c', 'a b@c', 'a\0@b', `a@${'é'.repeat(130)}`]) {
      expect(Email.safeParse(bad).success).toBe(false)
    }
  })
})

describe('search', () => {
  test('the text is looked for as it stands', () => {
    expect(containing('100%_off\\')).toBe('%100\\%\\_off\\\\%')
  })

  test('a window without a find is not the end: the cursor goes on behind its last row', () => {
    const order = orderBy('number', undefined)
    expect(pageFound([{ number: 7, place: searchWindow, matches: false }], 25, order)).toEqual({
      items: [],
      nextCursor: cursorAfter(order, { number: 7 }),
    })
    expect(pageFound([{ number: 7, place: 3, matches: true }], 25, order)).toEqual({
      items: [{ number: 7 }],
      nextCursor: null,
    })
  })
})

describe('order', () => {
  const id = '019ab5a0-9e14-7b60-8c1f-5d2a7e904b18'

  test('a cursor goes on where it was made, and nowhere else', () => {
    const row = { id, createdAt: '2026-11-24T09:30:00.123456Z', number: 7 }
    const cursor = cursorAfter(orderBy('-createdAt', undefined), row)
    expect(orderBy('-createdAt', cursor).after).toEqual([row.createdAt, id])
    for (const other of ['createdAt', '-updatedAt', 'number'] as const) {
      expect(() => orderBy(other, cursor)).toThrow(expect.objectContaining({ code: 'http.invalid_cursor' }))
    }
  })

  test('a cursor with values that PostgreSQL would not take is refused', () => {
    const forged = [
      { createdAt: '0000-01-01T00:00:00Z', id },
      { createdAt: 'now', id },
      { createdAt: '2026-11-24T09:30:00Z', id: 'x' },
    ]
    const order = orderBy('createdAt', undefined)
    for (const row of forged) {
      expect(() => orderBy('createdAt', cursorAfter(order, row))).toThrow(
        expect.objectContaining({ code: 'http.invalid_cursor' }),
      )
    }
    const huge = cursorAfter(orderBy('number', undefined), { number: 2 ** 31 })
    expect(() => orderBy('number', huge)).toThrow(expect.objectContaining({ code: 'http.invalid_cursor' }))
  })
})

test('what a constraint refuses is said in the catalogue’s words, anything else stays as it is', () => {
  const taken = Object.assign(new Error('duplicate key'), { constraint: 'customers_email' })
  expect(() => refused(taken)).toThrow(expect.objectContaining({ code: 'desk.email_taken', status: 409 }))
  const unknown = new Error('broken')
  expect(() => refused(unknown)).toThrow(unknown)
})
