import { postgres15, postgres18, servers } from '@rowhouse/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from './deployment.fixture.ts'
import { once } from './statements.ts'
import { fly } from './tenancy.ts'

const awkward = ['', 'plain', 'a,b', '{a}', '"', '\\', '\\"', 'NULL', 'null', ' space ', '\n\t', 'é漢😀', "'; --"]
const json = { text: 'é"\\', list: [1, null, { deep: true }], empty: {}, nothing: null, __proto__x: 1 }

/** What code sends, as which type, and what it gets back when that is not the same. */
const values: readonly (readonly [type: string, sent: unknown, got?: unknown])[] = [
  ...awkward.map((text) => ['text', text] as const),
  ['text[]', awkward],
  ['text[]', []],
  ['text[]', [null, 'NULL', null]],
  [
    'text[]',
    [
      ['a', '"'],
      ['\\', null],
    ],
  ],
  ['uuid', '0198c7a0-0000-7000-8000-00000000000a'],
  ['uuid[]', ['0198c7a0-0000-7000-8000-00000000000a']],
  ['boolean', true],
  ['boolean', false],
  ['boolean[]', [true, null, false]],
  ['smallint', -32_768],
  ['integer', 2_147_483_647],
  ['integer[]', [1, -1, null]],
  ['bigint', Number.MAX_SAFE_INTEGER],
  ['bigint', Number.MIN_SAFE_INTEGER],
  ['bigint', 42n, 42],
  ['double precision', 0.1],
  ['double precision', 1e300],
  ['double precision', Number.NaN],
  ['double precision', -Infinity],
  ['numeric', '12345678901234567890.123456789'],
  ['bytea', Buffer.from([0, 1, 0x5c, 0x22, 0xff])],
  ['bytea', Buffer.alloc(0)],
  ['bytea', new Uint8Array([1, 2, 3]), Buffer.from([1, 2, 3])],
  ['bytea[]', [Buffer.from([0, 0x5c, 0xff])]],
  ['jsonb', json],
  ['json', json],
  ['jsonb', JSON.stringify([1, 'two']), [1, 'two']],
  ['jsonb[]', [json, { b: 2 }]],
  ['timestamptz', '2026-11-24T09:30:00.123456Z'],
  ['timestamptz', '2026-11-24T09:30:00.120Z', '2026-11-24T09:30:00.120000Z'],
  ['timestamptz', '2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000000Z'],
  ['timestamptz', '2026-11-24 10:30:00.5+01', '2026-11-24T09:30:00.500000Z'],
  ['timestamptz', new Date(Date.UTC(2026, 10, 24, 9, 30, 0, 7)), '2026-11-24T09:30:00.007000Z'],
  ['timestamptz', '12026-01-01 00:00:00+00', '12026-01-01T00:00:00.000000Z'],
  ['timestamptz', 'infinity'],
  ['date', '2026-11-24'],
  ['date', '1999-12-31'],
]

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let client: pg.Client
    beforeAll(async () => {
      client = await connect(url)
      await client.query(`set timezone = 'UTC'`)
    })
    afterAll(() => client.end())

    const echo = async (type: string, value: unknown) =>
      (await fly(client, [once(`select $1::${type} as it`, [value])])).rows[0]!['it']

    test('every value comes back as it was sent', async () => {
      for (const [type, sent, got = sent] of values) expect([type, await echo(type, sent)]).toEqual([type, got])
    })

    test('null and undefined of every type are null', async () => {
      for (const type of new Set(values.map(([each]) => each))) {
        expect([type, await echo(type, null), await echo(type, undefined)]).toEqual([type, null, null])
      }
    })

    test('timestamps compare as text in the order of time', async () => {
      const { rows } = await fly(client, [
        once(`select t from unnest($1::timestamptz[]) t order by t`, [
          [
            '2026-01-01T00:00:00.1Z',
            '2026-01-01T00:00:00Z',
            '2026-01-01T00:00:00.000001Z',
            '2025-12-31T23:59:59.999999Z',
          ],
        ]),
      ])
      const texts = rows.map(({ t }) => String(t))
      expect(texts).toEqual(texts.toSorted())
      expect(texts.map((text) => text.length)).toEqual([27, 27, 27, 27])
    })

    test('columns are camelCase in code', async () => {
      const { rows } = await fly(client, [once('select 1 as a_long_name, 2 as plain, 3 as with_2_digits')])
      expect(rows).toEqual([{ aLongName: 1, plain: 2, with2Digits: 3 }])
    })

    test('a bigint that does not fit a number is an error, never another number, and the connection goes on', async () => {
      const text = 'select n from unnest($1::bigint[]) n'
      const wide = fly(client, [once(text, [['1', '9007199254740993', '2']])])
      await expect(wide).rejects.toThrow('9007199254740993 does not fit a JavaScript number')
      expect((await fly(client, [once(text, [['1', '2']])])).rows).toEqual([{ n: 1 }, { n: 2 }])
    })

    test('what cannot be a parameter is an error, and the connection goes on', async () => {
      const loop: Record<string, unknown> = {}
      loop['self'] = loop
      for (const value of [() => 1, Symbol('x'), [Symbol('x')], new Date(Number.NaN), loop]) {
        await expect(echo('text', value)).rejects.toThrow()
        expect(await echo('text', 'next')).toBe('next')
      }
    })
  })
}
