import { postgres15, postgres18, servers } from '@rowhouse/testing'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connect } from './deployment.fixture.ts'
import { once } from './statements.ts'
import { fly } from './tenancy.ts'
import { type WireTap, wireTap } from './wire-tap.fixture.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let tap: WireTap
    let client: pg.Client
    beforeEach(async () => {
      tap = await wireTap(url)
      client = await connect(tap.url)
      tap.sent()
    })
    afterEach(async () => {
      await client.end()
      tap.close()
    })

    const named = (name: string, text: string, values: readonly unknown[] = []) => ({ name, text, values })
    const echo = (n: number) => named(`echo${n}`, `select ${n} + $1::integer as n`, [0])
    const held = async () => Number((await client.query('select count(*) from pg_prepared_statements')).rows[0].count)
    const ok = async (n: number) => expect((await fly(client, [echo(n)])).rows).toEqual([{ n }])

    test('a named statement is parsed and described once, an unnamed one every time', async () => {
      const sent = []
      for (const statement of [echo(1), echo(1), once('select 1'), once('select 1')]) {
        await fly(client, [statement])
        sent.push(tap.sent())
      }
      expect(sent).toEqual(['PBDES', 'BES', 'PBDES', 'PBDES'])
    })

    test('a flight answers with its last statement, and all of it is one transaction', async () => {
      await client.query('create temporary table one (n integer)')
      const { rows, command } = await fly(client, [once('insert into one values (1)'), once('select n from one')])
      expect([command, rows]).toEqual(['SELECT', [{ n: 1 }]])
      await expect(fly(client, [once('insert into one values (2)'), once('select 1 / 0')])).rejects.toThrow('division')
      expect(await fly(client, [once('delete from one')])).toMatchObject({ command: 'DELETE', rowCount: 1, rows: [] })
    })

    test('flights sent without waiting are answered each with its own rows', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => fly(client, [echo(n % 7)])))
      expect(answers.map(({ rows }) => rows)).toEqual(Array.from({ length: 50 }, (_, n) => [{ n: n % 7 }]))
    })

    test('a connection holds 256 statements; the one used longest ago makes room', async () => {
      for (let n = 0; n < 256; n += 1) await ok(n)
      await ok(0)
      await ok(256)
      expect(await held()).toBe(256)
      tap.sent()
      await ok(0)
      expect(tap.sent()).toBe('BES')
      await ok(1)
      expect(tap.sent()).toBe('CPBDES')
      expect(await held()).toBe(256)
      for (let n = 0; n <= 256; n += 1) await ok(n)
    })

    const failures = {
      Parse: named('failing', 'select nothing from nowhere'),
      Bind: named('failing', 'select $1::integer as n', ['x']),
      Execute: named('failing', 'select 1 / $1::integer as n', [0]),
    }
    describe.each(Object.entries(failures))('an error in %s', (_, failing) => {
      const well = failing.values.length > 0 ? named('failing', failing.text, [1]) : named('failing', 'select 1 as n')

      test('leaves every statement of its flight usable', async () => {
        for (const flight of [
          [failing, echo(1)],
          [echo(2), failing],
          [echo(3), failing, echo(4)],
          [echo(1), failing],
        ]) {
          await expect(fly(client, flight)).rejects.toMatchObject({
            code: expect.stringMatching(/^(42P01|22P02|22012)$/),
          })
          await ok(1)
        }
        for (const n of [1, 2, 3, 4]) await ok(n)
        expect((await fly(client, [well])).rows).toEqual([{ n: 1 }])
      })

      test('leaves those usable that were to make room', async () => {
        for (let n = 0; n < 256; n += 1) await ok(n)
        await expect(fly(client, [echo(255), failing, echo(300)])).rejects.toThrow()
        await expect(fly(client, [failing, echo(301)])).rejects.toThrow()
        for (let n = 0; n < 8; n += 1) await ok(n)
        expect(await held()).toBeLessThanOrEqual(256)
      })

      test('leaves those usable that were sent right behind it', async () => {
        const flights = await Promise.allSettled([
          fly(client, [failing]),
          fly(client, [echo(1)]),
          fly(client, [echo(2)]),
        ])
        expect(flights.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
        for (const n of [1, 2]) await ok(n)
      })
    })

    test('a value that cannot be sent leaves every statement usable, also those that were to make room', async () => {
      for (let n = 0; n < 256; n += 1) await ok(n)
      expect(() => fly(client, [echo(300), named('x', 'select $1', [() => {}])])).toThrow('cannot be a parameter')
      for (const n of [0, 300, 1]) await ok(n)
    })

    test('a column that is added does not disturb statements that name theirs', async () => {
      await client.query('create temporary table growing (n integer); insert into growing values (1)')
      const statement = named('growing', 'select n from growing')
      expect((await fly(client, [statement])).rows).toEqual([{ n: 1 }])
      await client.query('alter table growing add column m integer default 2')
      expect((await fly(client, [statement])).rows).toEqual([{ n: 1 }])
    })

    test('a statement whose columns changed fails once and then answers with the new ones', async () => {
      await client.query('create temporary table growing (n integer); insert into growing values (1)')
      const statement = named('growing', 'select * from growing')
      expect((await fly(client, [statement])).rows).toEqual([{ n: 1 }])
      await client.query(`alter table growing add column m_m text default 'new'`)
      await expect(fly(client, [statement])).rejects.toMatchObject({ code: '0A000' })
      expect((await fly(client, [statement])).rows).toEqual([{ n: 1, mM: 'new' }])
      await client.query('alter table growing alter column n type text')
      await expect(fly(client, [statement])).rejects.toMatchObject({ code: '0A000' })
      expect((await fly(client, [statement])).rows).toEqual([{ n: '1', mM: 'new' }])
    })
  })
}
