/** A2, A8, A13: people's credentials, sessions and tokens at another tenant's door. */
import { createHash } from 'node:crypto'
import { type Answer, isSuccess, type Question } from '../ask.ts'
import { absentLike, type Attack, type Probe } from '../probe.ts'
import { invitationFor, type Resident } from '../residents.ts'
import type { Scene } from '../scene.ts'
import { swaps } from './swaps.ts'

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Signing in costs a tenth of a second of somebody's processor. */
const mostSignIns = 6

export const sessions: Probe = async (attack) => {
  const { scene, who, others } = attack
  const mine = await signIn(scene, who)
  for (const other of others) await pretend(attack, mine, other)
  for (const other of others.slice(0, mostSignIns)) {
    await signInElsewhere(attack, other)
    await borrowSession(attack, other)
    await borrowInvitation(attack, other)
  }
}

/** The same as with a key, by somebody who has signed in. */
export const members: Probe = async (attack) => {
  const { accessToken } = await signIn(attack.scene, attack.who)
  await swaps({ ...attack, who: { ...attack.who, key: accessToken }, others: attack.others.slice(0, mostSignIns) })
}

/** With one's own password into a tenant that one does not belong to, by name, by id, at its host. */
async function signInElsewhere({ scene, who }: Attack, other: Resident): Promise<void> {
  const { email, password } = who.person
  const where = `auth.sign-in to ${other.slug} by ${who.slug}`
  const into = (tenant: string) =>
    scene.hear(null, where, { question: post('sign-in', { email, password, tenant }), sent: [tenant, other.id] })
  scene.same(where, await into(other.slug), await into(`skeleton-${scene.random.hex(8)}`))
  scene.same(where, await into(other.id), await into(absentLike(scene.random, other.id)))
  const atHost = (email: string) => {
    const question = at(other, post('sign-in', { email, password }))
    return scene.hear(null, where, { question, sent: [email, other.id, other.slug] })
  }
  const stranger = await atHost(`${scene.random.hex(12)}@nobody.example`)
  scene.same(`${where}, at its host`, await atHost(email), stranger)
  for (let sent = 0; sent < 3; sent += 1) scene.tally.probe('A2 sign-in')
  for (const place of ['/email', '/tenant']) scene.covered.add(`auth.sign-in ${place}`)
}

/** An access token that says another tenant's name, under the old signature and the reader's own. */
async function pretend({ scene, who }: Attack, { accessToken }: Tokens, other: Resident): Promise<void> {
  const where = `members.list with a token of ${who.slug} that says ${other.slug}`
  for (const sign of [keepSignature, signAnew]) {
    const saying = (tenantId: string) => {
      const token = sign(accessToken, (payload) => payload.replaceAll(who.id, tenantId))
      const question = { method: 'GET', path: '/api/v1/members', token }
      return scene.hear(null, where, { question, sent: [token, tenantId] })
    }
    const theirs = await saying(other.id)
    scene.tally.probe('A13 access tokens')
    scene.same(where, theirs, await saying(absentLike(scene.random, other.id)))
    if (isSuccess(theirs.answer)) scene.tally.find('told', where, `it is believed: ${theirs.answer.status}`)
  }
}

/** Another's refresh token at one's own host: worth no more than one that nobody has, and nothing is lost by it. */
async function borrowSession({ scene, who }: Attack, other: Resident): Promise<void> {
  const theirs = await signIn(scene, other)
  for (const operation of ['refresh', 'sign-out']) {
    const where = `auth.${operation} of ${other.slug} at the host of ${who.slug}`
    const use = (refreshToken: string) => {
      return scene.hear(who, where, { question: at(who, post(operation, { refreshToken })), sent: [refreshToken] })
    }
    scene.tally.probe('A8 refresh tokens')
    scene.same(where, await use(theirs.refreshToken), await use(absentToken(scene, theirs.refreshToken)))
    scene.covered.add(`auth.${operation} /refreshToken`)
  }
  await scene.own(
    other,
    'auth.refresh, after somebody else tried',
    post('refresh', { refreshToken: theirs.refreshToken }),
  )
}

/** Another's invitation at one's own host, and good all the same afterwards. */
async function borrowInvitation({ scene, who }: Attack, other: Resident): Promise<void> {
  const [email, password] = [`${other.canary}.${scene.random.hex(6)}@skeleton.example`, 'a password of theirs']
  const body = JSON.stringify({ email, role: 'member' })
  await scene.own(other, 'inviting', { method: 'POST', path: '/api/v1/invitations', token: other.key, body })
  const theirs = await invitationFor(scene.platform.origin, email)
  for (const [name, question] of [
    ['auth.look-up-invitation', (token: string) => post('invitations/look-up', { token })],
    ['auth.accept-invitation', (token: string) => post('invitations/accept', { token, name: 'Colleague', password })],
  ] as const) {
    const where = `${name} of ${other.slug} at the host of ${who.slug}`
    const use = (token: string) => scene.hear(who, where, { question: at(who, question(token)), sent: [token] })
    scene.tally.probe('A13 invitations')
    scene.same(where, await use(theirs), await use(absentToken(scene, theirs)))
    await scene.own(other, `${name}, after somebody else tried`, question(theirs))
    scene.covered.add(`${name} /token`)
  }
}

async function signIn(scene: Scene, who: Resident): Promise<Tokens> {
  const { email, password } = who.person
  const body = { email, password, tenant: who.slug }
  const { answer } = await scene.own(who, 'auth.sign-in', post('sign-in', body))
  if (!isSuccess(answer)) throw new Error(`${who.slug} cannot sign in: ${answer.status}`)
  return tokensOf(answer)
}

const tokensOf = ({ body }: Answer) => JSON.parse(body) as Tokens

const post = (operation: string, body: object): Question => ({
  method: 'POST',
  path: `/auth/${operation}`,
  body: JSON.stringify(body),
})

const at = ({ slug }: Resident, question: Question): Question => ({
  ...question,
  headers: { host: `${slug}.localhost` },
})

/** As long, and as well formed. */
const absentToken = ({ random }: Scene, token: string): string =>
  token.slice(0, -43) + createHash('sha256').update(random.hex(16)).digest('base64url')

type Sign = (token: string, change: (payload: string) => string) => string

const keepSignature: Sign = (token, change) => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [header, encoded(change(Buffer.from(payload, 'base64url').toString())), signature].join('.')
}

/** `alg: none`, as some readers would have it. */
const signAnew: Sign = (token, change) => {
  const [, payload = ''] = token.split('.')
  const changed = encoded(change(Buffer.from(payload, 'base64url').toString()))
  return `${encoded('{"alg":"none","typ":"at+jwt"}')}.${changed}.`
}

const encoded = (text: string) => Buffer.from(text).toString('base64url')
