import { describe, expect, test } from 'vitest'
import { acme } from './acme.ts'
import { globex } from './globex.ts'
import { initech } from './initech.ts'

describe.each([
  ['acme', acme],
  ['globex', globex],
  ['initech', initech],
])('the demo desk of %s', (slug, desk) => {
  const members = desk.members.map(({ email }) => email)
  const customers = desk.customers.map(({ email }) => email)

  test('has people with distinct addresses, members at their own domain', () => {
    expect(new Set([...members, ...customers]).size).toBe(members.length + customers.length)
    for (const email of members) expect(email).toBe(`${email.split('@')[0]}@${slug}.example`)
    for (const email of customers) expect(email).toMatch(/^[a-z.-]+@([a-z-]+\.example|example\.(com|net|org))$/)
  })

  test.each(desk.tickets)('$subject: everybody in it is of this desk', ({ customer, assignee, comments }) => {
    expect(customers).toContain(customer)
    if (assignee) expect(members).toContain(assignee)
    expect(comments[0]).toMatchObject({ author: customer, public: true })
    for (const { author, public: isPublic } of comments) {
      expect(isPublic ? [customer, ...members] : members).toContain(author)
    }
  })

  test('shows every status and priority, internal notes and tickets that nobody has taken', () => {
    const values = (of: 'status' | 'priority') => new Set(desk.tickets.map((ticket) => ticket[of]))
    expect(values('status')).toEqual(new Set(['open', 'pending', 'solved', 'closed']))
    expect(values('priority')).toEqual(new Set(['low', 'normal', 'high', 'urgent']))
    expect(desk.tickets.some(({ assignee }) => assignee === undefined)).toBe(true)
    expect(desk.tickets.some(({ comments }) => comments.some((comment) => !comment.public))).toBe(true)
  })

  test('leaves a ticket unanswered only while it is open', () => {
    for (const { status, comments } of desk.tickets) if (comments.length === 1) expect(status).toBe('open')
  })
})
