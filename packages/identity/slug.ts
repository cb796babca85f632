/** Slugs: tenants' names in addresses. */
import { randomBytes } from 'node:crypto'

/** Hosts that the product will want for itself, and those that mail, certificates and networks give a meaning (RFC 2142). */
export const reservedSlugs: ReadonlySet<string> = new Set([
  'abuse',
  'account',
  'accounts',
  'admin',
  'api',
  'app',
  'assets',
  'auth',
  'autoconfig',
  'autodiscover',
  'billing',
  'blog',
  'cdn',
  'console',
  'docs',
  'ftp',
  'help',
  'hostmaster',
  'id',
  'imap',
  'internal',
  'invitation',
  'localhost',
  'login',
  'mail',
  'mailbox',
  'mta-sts',
  'mx',
  'ns',
  'ns1',
  'ns2',
  'oauth',
  'operator',
  'pop',
  'postmaster',
  'root',
  'security',
  'signup',
  'smtp',
  'sso',
  'static',
  'status',
  'support',
  'test',
  'webmail',
  'webmaster',
  'wpad',
  'www',
])

/** A slug that looks like the name: `Müller & Söhne` becomes `muller-sohne`. From the second attempt on with a random end. */
export function slugOf(name: string, attempt: number): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
  const isFine = plain.length >= 2 && !reservedSlugs.has(plain)
  const base = isFine ? plain : `team${plain && `-${plain}`}`
  return isFine && attempt === 0 ? base : `${base}-${randomBytes(3).toString('hex')}`
}
