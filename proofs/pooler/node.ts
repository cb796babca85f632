/** What one node of the application tier holds, of the sound tenancy or a broken one. */
import { systemClock } from '@rowhouse/kernel'
import type { Door, Pools } from '@rowhouse/tenancy'
import type { Deployed } from '../../packages/tenancy/deployment.fixture.ts'
import type { Tenancy } from '../door/world.ts'

export interface Node {
  readonly door: Door
  readonly pools: Pools
  stop(): Promise<void>
}

/** How long a call may wait for a connection. */
export const acquireTimeoutMs = 5_000

export function openNode(
  tenancy: Tenancy,
  { names, doorKey, applicationUrl }: Deployed,
  port: number,
  maxConnections: number,
): Node {
  const url = new URL(applicationUrl)
  url.port = String(port)
  const pools = tenancy.createPools({
    connect: tenancy.connectAs({ url: url.href, verify: tenancy.verifyDatabase }),
    maxConnections,
    acquireTimeoutMs,
  })
  const catalog = tenancy.createCatalog({ pools, names, clock: systemClock })
  const proofs = tenancy.createProofs(doorKey, systemClock)
  const door = tenancy.openDoor({ pools, catalog, proofs, holdMs: 5_000 })
  return { door, pools, stop: () => pools.stop() }
}
