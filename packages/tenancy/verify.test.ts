import { postgres15, postgres18, servers } from '@rowhouse/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect, deploy, type Deployed, openNode } from './deployment.fixture.ts'
import { urlOf, verifyDatabase } from './tenancy.ts'

for (const { title, url } of await servers(postgres18, postgres15)) {
  describe(title, () => {
    let deployed: Deployed
    let application: string
    beforeAll(async () => {
      deployed = await deploy(url)
      application = deployed.names.application
    })

    /** What is wrong with a login, in the operator's words; undefined when nothing is. */
    async function verdict(loginUrl: string): Promise<string | undefined> {
      const client = await connect(loginUrl)
      try {
        await verifyDatabase(client)
        return undefined
      } catch (error) {
        const { code, operator, message } = error as Error & { code: string; operator?: string }
        return `${code}: ${operator ?? message}`
      } finally {
        await client.end()
      }
    }
    const asApplication = (name = deployed.names.sharedDatabase) => verdict(deployed.urlIn(name))
    const administer = (...statements: string[]) => deployed.admin(deployed.names.sharedDatabase, statements.join(';'))

    test('the application’s own role is fit for every database', async () => {
      const { controlDatabase, sharedDatabase, templateDatabase } = deployed.names
      for (const name of [controlDatabase, sharedDatabase, templateDatabase])
        expect(await asApplication(name)).toBeUndefined()
    })

    const attributes = ['superuser', 'bypassrls', 'createrole', 'createdb', 'replication']

    test('every attribute that is too strong is refused', async () => {
      await administer(`alter role ${application} ${attributes.join(' ')}`)
      const words = await asApplication()
      expect(words).toMatch(/^tenancy\.unsafe_role: The server logs in as a role that could escape row security: /)
      for (const attribute of attributes) expect(words).toContain(`${application} has ${attribute.toUpperCase()}`)
      await administer(`alter role ${application} ${attributes.map((attribute) => `no${attribute}`).join(' ')}`)
      expect(await asApplication()).toBeUndefined()
    })

    test('so is each of them alone two memberships away, inherited or not, naming the way', async () => {
      const near = `${application}_near`
      const far = (attribute: string) => `${application}_${attribute}`
      await administer(`create role ${near} noinherit`, `grant ${near} to ${application}`)
      for (const attribute of attributes)
        await administer(`create role ${far(attribute)} ${attribute}`, `grant ${far(attribute)} to ${near}`)
      const words = await asApplication()
      expect(words).toContain(`${application} -> ${near}: it must be a member of no role`)
      for (const attribute of attributes)
        expect(words).toContain(`${application} -> ${near} -> ${far(attribute)} has ${attribute.toUpperCase()}`)
      await administer(`drop role ${[near, ...attributes.map(far)].join(', ')}`)
      expect(await asApplication()).toBeUndefined()
    })

    test('a role that owns a table or a view, itself or by membership, is refused', async () => {
      const other = `${application}_other`
      await administer(`create role ${other}`, 'create schema side')
      for (const [owner, way] of [
        [application, application],
        [other, `${application} -> ${other}`],
      ] as const) {
        if (owner === other) await administer(`grant ${other} to ${application}`)
        await administer('create table side.owned ()', `alter table side.owned owner to ${owner}`)
        expect(await asApplication()).toContain(`${way} owns side.owned`)
        await administer(
          'drop table side.owned',
          'create view side.seen as select 1',
          `alter view side.seen owner to ${owner}`,
        )
        expect(await asApplication()).toContain(`${way} owns side.seen`)
        await administer('drop view side.seen')
      }
      await administer(`drop role ${other}`, 'drop schema side')
      expect(await asApplication()).toBeUndefined()
    })

    test('the superuser’s own URL is refused', async () => {
      expect(await verdict(urlOf(url, deployed.names.sharedDatabase))).toContain('tenancy.unsafe_role')
    })

    test('a database that was not prepared is refused with the command that prepares it', async () => {
      const bare = `${deployed.names.prefix}_bare`
      await deployed.admin('postgres', `create database ${bare}`)
      expect(await asApplication(bare)).toMatch(/^tenancy\.not_prepared/)
      const { definition } = (await verifyDatabase(await connect(urlOf(url, bare))).catch(
        (error: unknown) => error,
      )) as {
        definition: { operator: string }
      }
      expect(definition.operator).toContain('rowhouse migrate run')
    })

    test('a node serves nothing through a role that is too strong, and serves again when it is not', async () => {
      const tenant = await deployed.tenant('one', 'shared')
      const node = openNode(deployed)
      await administer(`alter role ${application} createdb`)
      const call = () => node.door.query(tenant.id, 'select 1 as one', [])
      await expect(call()).rejects.toMatchObject({ code: 'tenancy.unsafe_role' })
      await expect(call()).rejects.toMatchObject({ code: 'tenancy.unsafe_role' })
      await administer(`alter role ${application} nocreatedb`)
      expect((await call()).rows).toEqual([{ one: 1 }])
      await node.stop()
    })

    test('a role whose sessions begin at a higher level is told so in the operator’s words', async () => {
      const tenant = await deployed.tenant('higher', 'shared')
      const role = `alter role ${application} in database ${deployed.names.sharedDatabase}`
      await administer(`${role} set default_transaction_isolation = serializable`)
      const node = openNode(deployed)
      const call = node.door.transaction(tenant.id, (execute) => execute('select 1', []))
      await expect(call).rejects.toMatchObject({
        code: 'tenancy.not_admitted',
        operator: 'the door is entered in READ COMMITTED only',
      })
      await node.stop()
      await administer(`${role} reset default_transaction_isolation`)
    })
  })
}
