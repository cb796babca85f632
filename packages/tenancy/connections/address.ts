/**
 * URLs of a cluster, which may name several hosts: `postgres://USER:PASSWORD@ONE:5432,TWO:5432/DATABASE`. The one that is
 * the primary is found by asking, and found again when another has been promoted.
 * Source: PostgreSQL documentation, libpq, "Specifying Multiple Hosts".
 */
import { isError, type RowhouseError } from '@rowhouse/kernel'
import { tenancyErrors } from '../errors.ts'

const parts = /^(?<login>postgres(?:ql)?:\/\/[^@/]*@)(?<hosts>[^/?]+)(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/

/** One URL for each host, in order. */
export function hostUrls(url: string): string[] {
  const { login, hosts, path = '', query = '' } = parts.exec(url)?.groups ?? {}
  if (login === undefined || hosts === undefined) return [url]
  const rest = new URLSearchParams(query)
  // Every URL of ours is meant for a primary, and this is what it says.
  rest.delete('target_session_attrs')
  return hosts.split(',').map((host) => `${login}${host}${path}${rest.size > 0 ? `?${rest.toString()}` : ''}`)
}

/** The same servers and login, another database. */
export const urlOf = (url: string, databaseName: string): string =>
  url.replace(parts, (...match) => {
    const { login, hosts, query } = match.at(-1) as Record<string, string | undefined>
    return `${login}${hosts}/${encodeURIComponent(databaseName)}${query ? `?${query}` : ''}`
  })

/** For messages: without the login. */
export const placeOf = (hostUrl: string): string => {
  const { host, pathname } = new URL(hostUrl)
  return `${host}${pathname}`
}

/**
 * Tries `open` at one host after the other, from `first` on, as long as they are unavailable.
 *
 * @returns what it gave, and which host that was
 * @throws what `open` throws; when several hosts are unavailable, tenancy.database_unavailable with what each of them said
 */
export async function firstAvailable<T>(
  hosts: readonly string[],
  first: number,
  open: (hostUrl: string) => Promise<T>,
): Promise<{ readonly opened: T; readonly at: number }> {
  const refusals: RowhouseError[] = []
  for (let n = 0; n < hosts.length; n += 1) {
    const at = (first + n) % hosts.length
    try {
      return { opened: await open(hosts[at]!), at }
    } catch (error) {
      if (!isError(error, tenancyErrors.databaseUnavailable)) throw error
      refusals.push(error)
    }
  }
  if (refusals.length === 1) throw refusals[0]!
  throw tenancyErrors.databaseUnavailable({
    operator: `No host serves as it should: ${refusals.map(({ message }) => message).join('; ')}`,
    cause: refusals[0],
  })
}
