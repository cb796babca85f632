/** An insert, and a transaction of two statements (read a row, change it): for information. */
import assert from 'node:assert/strict'
import { newId } from '@rowhouse/kernel'
import { type Door, queryDb, transactionDb } from '@rowhouse/tenancy'
import type { Side } from '../measure.ts'
import type { Probe } from './probes.ts'
import { type HandPools, type ItemTables, usualTransaction } from './sides.ts'

type NextProbe = () => Probe

const fresh = () => ({ id: newId(), number: 0, title: 'A new item', body: 'Words of ordinary length.' })

export const insertThroughDoor = (door: Door, next: NextProbe): Side => ({
  name: 'door by Kysely',
  async unit() {
    const { tenant } = next()
    const insert = queryDb<ItemTables>(door, tenant.id).insertInto('items').values(fresh())
    const row = await insert.returning('tenantId').executeTakeFirst()
    assert.equal(row?.tenantId, tenant.id)
  },
})

const insertText = (table: string) =>
  `insert into ${table} (tenant_id, id, number, title, body) values ($1, $2, $3, $4, $5) returning tenant_id`

export const insertByHand = (pools: HandPools, next: NextProbe): Side => ({
  name: 'by hand, named',
  async unit() {
    const { tenant } = next()
    const values = [tenant.id, ...Object.values(fresh())]
    const statement = { name: 'insert', text: insertText('pooled.items'), values }
    const { rows } = await pools.of(tenant.placement.databaseName).query(statement)
    assert.equal(rows[0].tenant_id, tenant.id)
  },
})

export const insertUsualWay = (pools: HandPools, next: NextProbe): Side => ({
  name: 'usual way',
  async unit() {
    const probe = next()
    const values = [probe.tenant.id, ...Object.values(fresh())]
    const { rows } = await usualTransaction(pools, probe, (client) =>
      client.query({ name: 'insert', text: insertText('usual.items'), values }),
    )
    assert.equal(rows[0].tenant_id, probe.tenant.id)
  },
})

export const changeThroughDoor = (door: Door, next: NextProbe): Side => ({
  name: 'door by Kysely',
  async unit() {
    const { tenant, id, number } = next()
    const changed = await transactionDb<ItemTables, bigint>(door, tenant.id, async (db) => {
      const item = await db.selectFrom('items').select('number').where('id', '=', id).executeTakeFirstOrThrow()
      assert.equal(item.number, number)
      const update = db
        .updateTable('items')
        .set({ title: `Seen ${number}` })
        .where('id', '=', id)
      return (await update.executeTakeFirst()).numUpdatedRows
    })
    assert.equal(changed, 1n)
  },
})

export const changeUsualWay = (pools: HandPools, next: NextProbe): Side => ({
  name: 'usual way',
  async unit() {
    const probe = next()
    const { id, number } = probe
    const changed = await usualTransaction(pools, probe, async (client) => {
      const read = { name: 'read', text: 'select number from usual.items where id = $1', values: [id] }
      assert.equal((await client.query(read)).rows[0].number, number)
      const text = 'update usual.items set title = $1 where id = $2'
      return (await client.query({ name: 'change', text, values: [`Seen ${number}`, id] })).rowCount
    })
    assert.equal(changed, 1)
  },
})
