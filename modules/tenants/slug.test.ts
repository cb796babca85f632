import { expect, test } from 'vitest'
import { Slug } from './slug.ts'

test.each(['hooli', 'h2', 'a-b--c', 'hooli-xyz', 'x'.repeat(40)])('%o is a slug', (slug) =>
  expect(Slug.parse(slug)).toBe(slug),
)

test.each(['h', 'Hooli', '2h', 'hooli-', 'ho_oli', 'x'.repeat(41), 'xn--80ak6aa92e', 'ab--cd'])('%o is not', (slug) =>
  expect(Slug.safeParse(slug).success).toBe(false),
)

test.each(['www', 'mailbox', 'invitation', 'smtp', 'autodiscover', 'postmaster', 'mta-sts'])(
  '%o is the platform’s own',
  (slug) => expect(Slug.safeParse(slug).success).toBe(false),
)
