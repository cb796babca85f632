import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { httpErrors } from '@rowhouse/http'
import { tenancyErrors, type Tenant } from '@rowhouse/tenancy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Deployed } from '../tenancy/deployment.fixture.ts'
import { deployNotes, onceNode, request, tiers, writeNote } from './idempotency.fixture.ts'

describe.each(await servers(postgres18, postgres15))('$name', ({ url }) => {
  let deployed: Deployed
  let node: ReturnType<typeof onceNode>
  let other: ReturnType<typeof onceNode>
  beforeAll(async () => {
    deployed = await deployNotes(url)
    node = onceNode(deployed)
    other = onceNode(deployed)
  })
  afterAll(async () => {
    await node?.stop()
    await other?.stop()
  })

  describe.each(tiers)('%s tier', (tier) => {
    let tenant: Tenant
    let neighbour: Tenant
    beforeAll(async () => {
      tenant = await deployed.tenant(`alpha-${tier}`, tier)
      neighbour = await deployed.tenant(`beta-${tier}`, tier)
    })
    const notes = async (like: string, { id } = tenant) =>
      (await node.door.query(id, 'select id from notes where id like $1', [`${like}%`])).rows.length

    test('the same request has the same answer, byte for byte, and one effect', async () => {
      const first = await node.once.run(tenant.id, request('same'), writeNote('same'))
      const again = await other.once.run(tenant.id, request('same'), writeNote('same-again'))
      expect(first.replayed).toBe(false)
      expect(again).toEqual({ ...first, replayed: true })
      expect(await notes('same')).toBe(1)
    })
  })
})
