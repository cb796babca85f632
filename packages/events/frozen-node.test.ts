/** A node that freezes while it handles an event: its key waits until PostgreSQL ends its connection, and no longer. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { happened, numbered, openSite, recorder, type Site, until } from './events.fixture.ts'
import type { Run } from './freezing-node.fixture.ts'

const program = fileURLToPath(new URL('./freezing-node.fixture.ts', import.meta.url))

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let site: Site
    let child: ChildProcess | undefined
    beforeAll(async () => {
      site = await openSite(url)
      // 30 seconds where nobody says otherwise.
      const { names, admin } = site.deployed
      await admin('postgres', `alter role ${names.application} set idle_in_transaction_session_timeout = '2s'`)
    })
    afterEach(() => child?.kill('SIGKILL'))
    afterAll(() => site.stop())

    test('another takes over in order, and what wakes up again changes nothing', async () => {
      const { names, applicationUrl, relayUrl, doorKey } = site.deployed
      const tenantId = await site.tenant()
      const run: Run = { names, applicationUrl, relayUrl, doorKey: doorKey.toString('hex'), tenantId }
      child = spawn(process.execPath, [program, JSON.stringify(run)], { stdio: ['ignore', 'pipe', 'inherit'] })
      // It has emitted five events, has written the effect of the first, and has not committed it.
      await once(child.stdout!, 'data')
      child.kill('SIGSTOP')
      const frozenAt = performance.now()
      const healthy = site.node([recorder()])
      await healthy.command(tenantId, (emit) => emit(happened, { id: 'b', n: 1 }))
      await until(async () => (await site.effectsOf(tenantId)).includes('b:1'))
      // Other keys go on at once; this one waits for the lock.
      expect(performance.now() - frozenAt).toBeLessThan(2_000)
      expect(await site.effectsOf(tenantId)).toEqual(['b:1'])
      const effects = await site.settled(tenantId)
      expect(performance.now() - frozenAt).toBeGreaterThan(1_500)
      expect(effects.slice(1)).toEqual(numbered('a', 5))
      child.kill('SIGCONT')
      expect(await once(child, 'exit')).toEqual([0, null])
      expect(await site.settled(tenantId)).toEqual(effects)
      await healthy.stop()
    })
  })
}
