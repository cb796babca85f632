/** Killed with -9 at every place where work is half done: nothing is lost, and nothing is done twice. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { postgres18, server } from '@rowhouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numbered, openSite, recorder, type Site, tiers } from './events.fixture.ts'
import type { Run } from './dying-node.fixture.ts'

const program = fileURLToPath(new URL('./dying-node.fixture.ts', import.meta.url))

/** Where a node dies. */
const deaths = ['events.emitted#3', 'events.fanned-out#1', 'events.handled#2', 'events.delivered#2']

let site: Site
beforeAll(async () => {
  site = await openSite(await server(postgres18))
})
afterAll(() => site.stop())

test.each(tiers)(
  '%s: every command that was committed is acted on once, in order',
  async (tier) => {
    const { names, applicationUrl, relayUrl, doorKey } = site.deployed
    const places: { readonly crashAt: string; readonly tenantId: string }[] = []
    for (const crashAt of deaths) places.push({ crashAt, tenantId: await site.tenant(tier) })
    await Promise.all(
      places.map(async ({ crashAt, tenantId }) => {
        const run: Run = { names, applicationUrl, relayUrl, doorKey: doorKey.toString('hex'), tenantId, crashAt }
        const child = spawn(process.execPath, [program, JSON.stringify(run)], { stdio: 'inherit' })
        expect([crashAt, ...(await once(child, 'exit'))]).toEqual([crashAt, null, 'SIGKILL'])
      }),
    )
    const survivor = site.node([recorder()])
    for (const { crashAt, tenantId } of places) {
      const effects = await site.settled(tenantId)
      const commands = effects.filter((what) => what.startsWith('command')).length
      if (crashAt === 'events.emitted#3') expect(commands).toBe(2)
      expect([crashAt, effects.filter((what) => what.startsWith('a:'))]).toEqual([crashAt, numbered('a', commands)])
    }
    await survivor.stop()
  },
  60_000,
)
