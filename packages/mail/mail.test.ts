import { randomBytes } from 'node:crypto'
import {
  askControl,
  asClient,
  catalogMigrations,
  connectAs,
  createPools,
  deployment,
  migrateAll,
  prepareCluster,
  urlOf,
  verifyDatabase,
  withClient,
} from '@rowhouse/tenancy'
import { postgres15, postgres18, server } from '@rowhouse/testing'
import { describe, expect, test } from 'vitest'
import { mailMigrations, openMail } from './mail.ts'

describe.each([postgres18, postgres15])('on $name', (postgres) => {
  test('the mailbox keeps the last 500 mails, the newest first, and the application reaches no others', async () => {
    const adminUrl = await server(postgres)
    const names = deployment(`t${randomBytes(5).toString('hex')}`, `t${randomBytes(5).toString('hex')}_control`)
    const login = (role: string) => {
      const url = new URL(urlOf(adminUrl, names.controlDatabase))
      url.username = role
      url.password = role
      return url.href
    }
    const { application: applicationPassword, migrator: migratorPassword, relay: relayPassword } = names
    await prepareCluster(adminUrl, names, { applicationPassword, migratorPassword, relayPassword })
    await migrateAll(login(names.migrator), names, { control: [catalogMigrations, mailMigrations], houses: [] })
    const url = login(names.application)
    const pools = createPools({
      connect: connectAs({ url, verify: verifyDatabase }),
      maxConnections: 2,
      acquireTimeoutMs: 5_000,
    })
    const mail = openMail('mailbox:', askControl(pools, names))

    expect(await mail.kept!()).toEqual([])
    for (let n = 1; n <= 510; n += 1) await mail.send({ to: 'a@b.example', subject: `mail ${n}`, text: 'words' })
    const kept = await mail.kept!()
    expect(kept.map(({ subject }) => subject)).toEqual(Array.from({ length: 500 }, (_, at) => `mail ${510 - at}`))
    expect(kept[0]).toMatchObject({ to: 'a@b.example', text: 'words', sentAt: expect.stringMatching(/^20.*Z$/) })
    const stored = await asClient(urlOf(adminUrl, names.controlDatabase), (client) =>
      client.query('select from control.mails'),
    )
    expect(stored.rowCount).toBe(500)
    await withClient(url, (client) =>
      expect(client.query('select from control.mails')).rejects.toThrow('permission denied'),
    )
    await pools.stop()
  })
})

test.each([
  ['a@b.example\r\nBcc: all@b.example', 'words'],
  ['a@b.example', 'words\nBcc: all@b.example'],
  ['a@b.example\r', 'words'],
])('a line break in recipient %j or subject %j forges no header', async (to, subject) => {
  const mail = openMail('mailbox:', () => expect.unreachable())
  await expect(mail.send({ to, subject, text: 'words' })).rejects.toMatchObject({ code: 'mail_out.line_break' })
})

test('where no mail goes out, none is kept and sending is refused', async () => {
  const mail = openMail('none:', () => expect.unreachable())
  expect(mail.kept).toBeNull()
  await expect(mail.send({ to: 'a@b.example', subject: '', text: '' })).rejects.toMatchObject({
    code: 'mail_out.not_configured',
    status: 503,
  })
})
