import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesNamed } from '@rowhouse/postgres/processes'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { postgres15, postgres18 } from './postgres.ts'
import { available } from './shared.ts'
import { sql } from './sql.ts'

for (const version of await available(postgres18, postgres15)) {
  describe(`${version.title} with standbys`, () => {
    let cluster: Cluster
    beforeAll(async () => {
      cluster = await startCluster({ version, standbys: 2 })
      await sql(cluster.primary.url, 'create table marks (n int)')
    })
    afterAll(() => cluster.stop())

    let last = 0
    const mark = () => sql(cluster.primary.url, 'insert into marks values ($1)', [(last += 1)])
    const seen = async (url: string) => (await sql(url, 'select max(n) as n from marks'))[0]!['n']

    test('what the primary commits is on every standby, which refuse to write', async () => {
      await mark()
      for (const standby of cluster.standbys) {
        await standby.waitUntilCaughtUp()
        expect(await seen(standby.url)).toBe(last)
        await expect(sql(standby.url, 'insert into marks values (0)')).rejects.toMatchObject({ code: '25006' })
      }
      const streams = await sql(cluster.primary.url, 'select application_name as name, state from pg_stat_replication')
      expect(new Set(streams.map(({ name, state }) => `${name} ${state}`))).toEqual(
        new Set(['standby1 streaming', 'standby2 streaming']),
      )
    })

    test('a paused standby shows what was, until it is resumed', async () => {
      const [standby, other] = cluster.standbys
      await standby!.pause()
      await mark()
      await other!.waitUntilCaughtUp()
      expect(await seen(other!.url)).toBe(last)
      expect(await seen(standby!.url)).toBe(last - 1)
      await standby!.resume()
      await standby!.waitUntilCaughtUp()
      expect(await seen(standby!.url)).toBe(last)
    })

    test('a delayed standby is late by its delay', async () => {
      const [standby] = cluster.standbys
      await standby!.setReplayDelay(400)
      const startMs = performance.now()
      await mark()
      await standby!.waitUntilCaughtUp()
      expect(performance.now() - startMs).toBeGreaterThan(390)
      await standby!.setReplayDelay(0)
    })

    test('a frozen standby accepts connections and says nothing, then goes on', async () => {
      const [standby] = cluster.standbys
      await standby!.freeze()
      const answer = sql(standby!.url, 'select 1 as n')
      expect(await Promise.race([answer, sleep(300, 'nothing')])).toBe('nothing')
      await mark()
      await standby!.thaw()
      expect(await answer).toEqual([{ n: 1 }])
      await standby!.waitUntilCaughtUp()
    })

    test.each(['busy', 'frozen'])('a %s standby is killed at once, and catches up once it is started', async (how) => {
      const [standby] = cluster.standbys
      const lost = sql(standby!.url, 'do $$ begin loop end loop; end $$').catch((error: Error) => error.message)
      const isBusy = `select exists (select from pg_stat_activity where query like 'do %' and state = 'active') as busy`
      await expect.poll(() => sql(standby!.url, isBusy)).toEqual([{ busy: true }])
      if (how === 'frozen') await standby!.freeze()
      const startMs = performance.now()
      await standby!.kill()
      expect(performance.now() - startMs).toBeLessThan(3_000)
      expect(await lost).toMatch(/terminated|ECONNRESET/)
      await expect(seen(standby!.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await mark()
      await standby!.start()
      await standby!.waitUntilCaughtUp()
      expect(await seen(standby!.url)).toBe(last)
    })

    // The last of them: it uses the cluster up.
    test('the primary is killed, one standby promoted, the other follows it, and what was the primary is made a standby', async () => {
      const { primary, standbys } = cluster
      const [next, other] = standbys
      await primary.kill()
      await expect(seen(primary.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await next!.promote()
      await other!.follow(next!)
      await sql(next!.url, 'insert into marks values (1000)')
      await other!.waitUntilCaughtUp()
      expect(await seen(other!.url)).toBe(1000)
      const timeline = 'select timeline_id as id from pg_control_checkpoint()'
      await sql(next!.url, 'checkpoint')
      expect(await sql(next!.url, timeline)).toEqual([{ id: 2 }])
      await primary.start()
      expect(await seen(primary.url)).toBe(last)
      expect(await sql(primary.url, timeline)).toEqual([{ id: 1 }])

      const back = await cluster.rebuild(primary, next!)
      expect(back.port).toBe(primary.port)
      await sql(next!.url, 'insert into marks values (1001)')
      await back.waitUntilCaughtUp()
      expect(await seen(back.url)).toBe(1001)
      await next!.kill()
      await back.promote()
      await other!.follow(back)
      await sql(back.url, 'insert into marks values (1002)')
      await other!.waitUntilCaughtUp()
      expect(await seen(other!.url)).toBe(1002)
    })
  })
}

test('a synchronous commit is on a standby, and waits while there is none', async () => {
  const { primary, standbys, stop } = await startCluster({ standbys: 2, synchronous: true })
  onTestFinished(stop)
  await sql(primary.url, 'create table marks (n int)')
  await Promise.all(standbys.map((standby) => standby.freeze()))
  const commit = sql(primary.url, 'insert into marks values (1)')
  expect(await Promise.race([commit, sleep(300, 'waits')])).toBe('waits')
  await standbys[1]!.thaw()
  expect(await commit).toEqual([])
  await standbys[1]!.waitUntilCaughtUp()
  expect(await sql(standbys[1]!.url, 'select n from marks')).toEqual([{ n: 1 }])
})

test('standbys begin with the delay and every server with the settings that are asked for', async () => {
  const { primary, standbys, stop } = await startCluster({ replayDelayMs: 200, settings: { work_mem: '3MB' } })
  onTestFinished(stop)
  for (const { url } of [primary, ...standbys]) expect(await sql(url, 'show work_mem')).toEqual([{ work_mem: '3MB' }])
  expect(await sql(standbys[0]!.url, 'show recovery_min_apply_delay')).toEqual([{ recovery_min_apply_delay: '200ms' }])
})

test('a cluster ends with the process that started it, frozen or not', async () => {
  const program = `
    import { startCluster } from ${JSON.stringify(new URL('../testing.ts', import.meta.url))}
    const { primary, standbys } = await startCluster()
    console.log(JSON.stringify([primary.url, standbys[0].url]))
    process.stdin.once('data', async () => {
      await standbys[0].freeze()
      console.log('frozen')
    })`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const output = createInterface({ input: owner.stdout })
  const [urls] = (await once(output, 'line')) as [string]
  const names = (JSON.parse(urls) as string[]).map(async (url) => (await sql(url, 'show cluster_name'))[0]!)
  const clusters = (await Promise.all(names)).map((row) => String(row['cluster_name']))
  const left = async () => (await Promise.all(clusters.map(processesNamed))).flat()
  expect((await left()).length).toBeGreaterThan(6)
  owner.stdin.write('freeze\n')
  await once(output, 'line')
  owner.kill('SIGKILL')
  await expect.poll(left, { timeout: 10_000 }).toEqual([])
})
