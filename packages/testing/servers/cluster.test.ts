import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
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

    test('a killed standby refuses, and catches up once it is started', async () => {
      const [standby] = cluster.standbys
      await standby!.kill()
      await expect(seen(standby!.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await mark()
      await standby!.start()
      await standby!.waitUntilCaughtUp()
      expect(await seen(standby!.url)).toBe(last)
    })

    // The last of them: it uses the cluster up.
    test('the primary is killed, one standby promoted, the other follows it', async () => {
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
    const { primary, standbys: [standby] } = await startCluster()
    await standby.freeze()
    console.log(JSON.stringify([primary.port, standby.port]))
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
  const ports = JSON.parse(line) as number[]
  owner.kill('SIGKILL')
  const left = () =>
    execFileSync('ps', ['-axww', '-o', 'command='], { encoding: 'utf8' })
      .split('\n')
      .filter((command) => ports.some((port) => command.includes(`port=${port}`)) && command.includes('postgres'))
  await expect.poll(left, { timeout: 10_000 }).toEqual([])
})
