import { reservedSlugs } from '@rowhouse/identity'
import { z } from 'zod'

/** A tenant's name in addresses: `<slug>.<domain>`. */
export const Slug = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    'Use 2 to 40 lower-case letters, digits and hyphens, beginning with a letter',
  )
  .refine(
    (slug) => slug.slice(2, 4) !== '--',
    'Hyphens at the third and fourth place are kept for encoded names (RFC 5891)',
  )
  .refine((slug) => !reservedSlugs.has(slug), 'This name is the platform’s own')
