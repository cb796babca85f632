import { createPrivateKey } from 'node:crypto'
import { newId } from '@rowhouse/kernel'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { accessTokenLifeS, createAccessTokens } from './access-tokens.ts'
import { authKeys } from './auth-keys.ts'

const root = 'ab'.repeat(32)
const nowS = 1_800_000_000
let laterS = 0
const tokens = createAccessTokens({
  keys: authKeys(root),
  domain: 'desk.example',
  clock: { now: () => (nowS + laterS) * 1000 },
})
const member = {
  accountId: newId(),
  tenantId: newId(),
  memberId: newId(),
  role: 'admin',
  sessionId: newId(),
} as const

/** Signed by our own key, whatever it says. */
async function signed(claims: object): Promise<string> {
  const [header, payload] = (await tokens.issue(member)).split('.').map((part) => Buffer.from(part, 'base64url'))
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    authKeys(root).derive('access tokens'),
  ])
  return new SignJWT({ ...JSON.parse(String(payload)), ...claims })
    .setProtectedHeader(JSON.parse(String(header)))
    .sign(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

test('a token says who its holder is for ten minutes, and nothing after them', async () => {
  laterS = 0
  const token = await tokens.issue(member)
  expect(await tokens.verify(token)).toEqual(member)
  laterS = accessTokenLifeS - 1
  expect(await tokens.verify(token)).toEqual(member)
  laterS = accessTokenLifeS + 5
  expect(await tokens.verify(token)).toBeNull()
})

test('a token lives as long as ours do, or is not ours', async () => {
  laterS = 0
  expect(await tokens.verify(await signed({}))).toEqual(member)
  for (const exp of [nowS + 599, nowS + 601, 2 ** 50]) expect(await tokens.verify(await signed({ exp }))).toBeNull()
  expect(await tokens.verify(await signed({ nbf: -1 }))).toBeNull()
})
