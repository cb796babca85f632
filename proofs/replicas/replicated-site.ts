/** A deployment on three servers, whose nodes know all of them. */
import { modules } from '../kills/product/product.ts'
import { openSite, type Site } from '../nodes/site.ts'
import { maxLagMs } from './stage.ts'
import type { Trio } from './trio.ts'

export const openReplicatedSite = ({ primary, ports }: Pick<Trio, 'primary' | 'ports'>): Promise<Site> =>
  openSite(primary.url, { modules, ports, environment: { REPLICA_MAX_LAG_MS: String(maxLagMs) } })
