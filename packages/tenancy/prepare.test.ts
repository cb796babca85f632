import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, deploy, type Deployed, openNode, passwordsOf, tiers } from './deployment.fixture.ts'
import { asClient, findFaults, migrateAll, prepareCluster } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let made: Deployed
    beforeAll(async () => (made = await deploy(url)))

    test('nobody else may connect to a database of the deployment', async () => {
      const stranger = `${made.names.prefix}_stranger`
      await made.admin('postgres', `create role ${stranger} login password 'x'`)
      const { controlDatabase, sharedDatabase, templateDatabase } = made.names
      const { placement } = await made.tenant('one', 'database')
      for (const name of [controlDatabase, sharedDatabase, templateDatabase, placement.databaseName]) {
        const login = new URL(made.urlIn(name))
        login.username = stranger
        login.password = 'x'
        await expect(connect(login.href)).rejects.toMatchObject({ code: '42501' })
      }
    })

    test('while it is prepared again no session of a running server begins without its settings', async () => {
      const watcher = await connect(url)
      const settings = `select setconfig::text as all from pg_db_role_setting where setrole = '${made.names.application}'::regrole`
      const seen = new Set<string>()
      const preparing = { done: false }
      const prepared = prepareCluster(url, made.names, passwordsOf(made.names)).finally(() => (preparing.done = true))
      while (!preparing.done) seen.add(String((await watcher.query(settings)).rows[0]?.all))
      await prepared
      await watcher.end()
      expect([...seen]).toEqual([expect.stringContaining('search_path=pooled')])
    })

    test('preparing again changes nothing but the passwords, and applies nothing', async () => {
      const tenant = await made.tenant('kept', 'schema')
      const node = openNode(made)
      await node.door.query(tenant.id, `insert into notes (id) values ('kept')`, [])
      const again = { ...passwordsOf(made.names), applicationPassword: `it's "new" \\ é` }
      expect(await prepareCluster(url, made.names, again)).toEqual({ hardened: true })
      await migrateAll(made.migratorUrl, made.names, made.migrations, (_, applied) => expect(applied).toBe(0))
      await expect(connect(made.applicationUrl)).rejects.toMatchObject({ code: '28P01' })
      const other = new URL(made.applicationUrl)
      other.password = encodeURIComponent(again.applicationPassword)
      await (await connect(other.href)).end()
      expect((await node.door.query(tenant.id, 'select id from notes', [])).rows).toEqual([{ id: 'kept' }])
      expect(await findFaults({ ...made, applicationUrl: other.href })).toEqual([])
      await node.stop()
    })

    describe('by an administrator who is no superuser but may create roles and databases', () => {
      const administrator = `admin_${Math.random().toString(36).slice(2)}`
      const adminUrl = new URL(url)
      adminUrl.username = administrator
      adminUrl.password = 'x'
      let deployed: Deployed

      beforeAll(async () => {
        await asClient(url, (client) =>
          client.query(`create role ${administrator} login createdb createrole password 'x'`),
        )
        deployed = await deploy(adminUrl.href, { superuserUrl: url })
      })
      afterAll(() => deployed.admin('postgres', `alter role ${administrator} nologin`))

      test('every tier works', async () => {
        const node = openNode(deployed)
        for (const tier of tiers) {
          const { id } = await deployed.tenant(`t-${tier}`, tier)
          await node.door.query(id, 'insert into notes (id) values ($1)', [tier])
          expect((await node.door.query(id, 'select id from notes', [])).rows).toEqual([{ id: tier }])
        }
        await node.stop()
      })

      test('it can be repeated', async () => {
        expect(await prepareCluster(adminUrl.href, deployed.names, passwordsOf(deployed.names))).toEqual({
          hardened: false,
        })
        await migrateAll(deployed.migratorUrl, deployed.names, deployed.migrations, (_, applied) =>
          expect(applied).toBe(0),
        )
      })

      test('the doctor lists the side doors that stay open, and nothing else', async () => {
        const faults = await findFaults(deployed)
        const sideDoor = /^\S+: the application may call \S+\(.*\); a superuser can revoke it \(harden\.sql\)$/
        expect(faults.filter((fault) => !sideDoor.test(fault))).toEqual([])
        for (const name of ['set_config', 'pg_advisory_lock', 'pg_notify', 'query_to_xml']) {
          expect(faults.join('\n')).toContain(`${deployed.names.sharedDatabase}: the application may call ${name}(`)
        }
      })

      test('a superuser closes them afterwards', async () => {
        expect(await prepareCluster(url, deployed.names, passwordsOf(deployed.names))).toEqual({ hardened: true })
        const left = (await findFaults(deployed)).filter((fault) => fault.startsWith(deployed.names.sharedDatabase))
        expect(left).toEqual([])
      })
    })
  })
}
