/**
 * Which house the request knocked at. Only the Host header counts: X-Forwarded-Host and the like are never read, and a
 * proxy in front must pass the Host on.
 */
import { isIP } from 'node:net'
import { httpErrors } from './errors.ts'

export interface HostRules {
  /** Names that are the platform's own and no tenant's, for example `app.example.com`. IP addresses always are. */
  readonly allowedHosts?: readonly string[]
  /** The id of the tenant whose name the host is, or null. Called for other hosts only; keep what you know, also of misses. */
  readonly tenantOfHost?: (host: string) => Promise<string | null>
}

/**
 * The tenant that the host names, or null when it is one of the platform's own.
 *
 * @throws http.invalid_request when it is no host name, http.not_found when nobody lives there
 */
export async function tenantOfHost(header: string | undefined, rules: HostRules): Promise<string | null> {
  const host = canonicalHost(header)
  if (isIP(host) !== 0 || (rules.allowedHosts ?? ['localhost']).includes(host)) return null
  const tenantId = (await rules.tenantOfHost?.(host)) ?? null
  if (tenantId === null) throw httpErrors.notFound({ operator: `No tenant has the host ${host}` })
  return tenantId
}

/** Lower case, without port, final dot and the brackets of IPv6. */
function canonicalHost(header: string | undefined): string {
  const [, bracketed, name] =
    /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9.-]{1,254}))(?::\d{1,5})?$/.exec(header?.toLowerCase() ?? '') ?? []
  if (bracketed !== undefined && isIP(bracketed) === 6) return bracketed
  const host = name?.replace(/\.$/, '')
  if (!host || host.split('.').includes(''))
    throw httpErrors.invalidRequest({ detail: 'The Host header is not valid.' })
  return host
}
