/** I6, I9, I10: the tenant's context set by hand, replayed, forged. */
import { makeProof } from '@rowhouse/tenancy'
import type { Outcome } from '../observe.ts'
import type { Probe, Stage } from '../probe.ts'

const canaries = 'select secret from accounts order by secret limit 3'
const inAMinute = () => Date.now() + 60_000

/** Sets the tenant without the door; without a valid seal every table must be empty. */
export const context: Probe = async ({ world, house, scene, random }) => {
  const { attacker } = house
  const strangers = [...world.residents.filter((resident) => resident !== attacker), { id: random.uuid() }]
  for (const { id } of strangers) {
    await scene.transaction('I9 set_config through the driver', [
      { text: `select set_config('rowhouse.tenant', '${id}', true)` },
      { text: canaries },
    ])
    await scene.driver('I9 set_config through the driver', {
      text: `with s as materialized (select set_config('rowhouse.tenant', '${id}', false) as v) select a.secret from s, accounts a limit 3`,
    })
    await scene.driver('I9 settings through pg_settings', {
      text: `update pg_settings set setting = '${id}' where name = 'rowhouse.tenant'`,
    })
    const outcomes = await scene.raw('I9 tenant set on the wire', [
      `set local rowhouse.tenant = '${id}'`,
      canaries,
      `insert into accounts (tenant_id, id, email, name, secret, balance, tags, custom, created_at)
       values ('${id}', gen_random_uuid(), 'm@example.com', 'm', 'm', 1, '{}', '{}', now())`,
      `update accounts set secret = 'none'`,
      'delete from accounts',
      `set local rowhouse.seal = ''`,
      canaries,
      `reset rowhouse.seal`,
      canaries,
      `commit`,
      `set rowhouse.tenant = '${id}'`,
      canaries,
      `begin; set local rowhouse.tenant = '${id}'; ${canaries}; commit`,
    ])
    mustBeEmpty(scene, outcomes)
  }
}

/** What the setting may hold, before and after it was once set: no rows or a clean refusal. */
export const garbage: Probe = async ({ world, house, scene, size }) => {
  const stranger = world.residents.find((resident) => resident !== house.attacker)!
  const values = [
    '',
    ' ',
    'null',
    '%',
    '0',
    '{}',
    'x'.repeat(1_000_000),
    stranger.id.toUpperCase(),
    `${house.attacker.id} `,
    '\u{1F3E0}',
  ]
  for (const value of values.slice(0, size.thorough ? undefined : 4)) {
    for (const setting of ['rowhouse.tenant', 'rowhouse.seal']) {
      const quoted = `'${value.replaceAll("'", "''")}'`
      const commands = [`set local ${setting} = ${quoted}`, canaries, `set ${setting} = ${quoted}`, canaries]
      mustBeEmpty(scene, (await scene.raw('I6 garbage as context', commands)).slice(1))
      const outside = ['commit', canaries, `set ${setting} = ${quoted}`, canaries, 'reset all', canaries]
      mustBeEmpty(scene, (await scene.raw('I6 garbage as context', outside)).slice(1))
    }
  }
}

/** A seal is worth nothing in another transaction, with another tenant, or changed by a bit. */
export const seals: Probe = async ({ world, house, scene, random, size }) => {
  const { attacker } = house
  for (const { id } of world.residents.slice(0, size.thorough ? undefined : 3)) {
    const [own] = await scene.raw('I10 seals', [`select current_setting('rowhouse.seal')`])
    const seal = String((own!.rows[0] as string[])[0])
    const flipped = flip(seal, random.int(64))
    for (const forged of [seal, flipped, seal.slice(0, 32), seal.toUpperCase(), `${seal}00`, random.hex(64), '']) {
      const claim = [`set local rowhouse.tenant = '${id}'`, `set local rowhouse.seal = '${forged}'`, canaries]
      mustBeEmpty(scene, (await scene.raw('I10 seals', claim)).slice(2))
      mustBeEmpty(scene, (await scene.raw('I10 seals', ['commit', 'begin', ...claim])).slice(1))
    }
    // The seal of this very transaction under another name.
    const renamed = [`set local rowhouse.tenant = '${id}'`, canaries]
    if (id !== attacker.id) mustBeEmpty(scene, (await scene.raw('I10 seals', renamed)).slice(1))
  }
}

const flip = (digits: string, at: number) =>
  digits.slice(0, at) + (Number.parseInt(digits[at]!, 16) ^ 1).toString(16) + digits.slice(at + 1)

function mustBeEmpty(scene: Stage['scene'], outcomes: readonly Outcome[]): void {
  for (const { statement, rows, rowCount, command, code } of outcomes) {
    const touched = code === '' && /^(SELECT|INSERT|UPDATE|DELETE)$/.test(command) && (rows.length > 0 || rowCount > 0)
    if (touched) scene.find('allowed', statement, `without a valid seal: ${rowCount} rows`)
  }
}

/** Proofs that must not open: forged, cut, changed, expired, of others, of other epochs, of other databases. */
export const proofs: Probe = async ({ world, house, scene, random, size }) => {
  const { doorKey, residents } = world
  const { attacker, placement } = house
  const { id } = attacker
  const { epoch } = placement
  const valid = makeProof(doorKey, id, epoch, inAMinute())
  const [control] = await enterRaw(scene, id, valid)
  if (control!.code !== '') scene.find('wrong', 'a valid proof', `was refused: ${control!.error}`)

  const others = residents.filter((resident) => resident !== attacker)
  const forged: [tenant: string, proof: Buffer][] = [
    [id, Buffer.alloc(0)],
    [id, Buffer.alloc(40)],
    [id, Buffer.alloc(40, 0xff)],
    [id, valid.subarray(0, 8)],
    [id, valid.subarray(0, 39)],
    [id, valid.subarray(8)],
    [id, Buffer.concat([valid, Buffer.from([0])])],
    [id, Buffer.concat([valid, valid])],
    [id, makeProof(doorKey, id, epoch, Date.now() - 1_000)],
    [id, makeProof(doorKey, id, epoch, Date.UTC(2001, 0, 1))],
    [id, makeProof(doorKey, id, epoch + 1, inAMinute())],
    [id, makeProof(doorKey, id, epoch === 0 ? 1 : 0, inAMinute())],
    [id, makeProof(Buffer.alloc(32), id, epoch, inAMinute())],
    [id, makeProof(Buffer.from(random.hex(64), 'hex'), id, epoch, inAMinute())],
    ...others.flatMap((other): [string, Buffer][] => [
      [other.id, valid],
      [id, makeProof(doorKey, other.id, other.placement.epoch, inAMinute())],
      [other.id, makeProof(doorKey, other.id, other.placement.epoch + 7, inAMinute())],
      [other.id, Buffer.from(random.hex(80), 'hex')],
    ]),
    ...Array.from({ length: size.thorough ? 40 * size.repeats : 12 }, (): [string, Buffer] => {
      const changed = Buffer.from(valid)
      const at = random.int(40)
      changed[at] = changed[at]! ^ (1 << random.int(8))
      return [id, changed]
    }),
  ]
  for (const [tenant, proof] of forged) {
    const text = `select rowhouse.enter('${tenant}', '\\x${proof.toString('hex')}')`
    const [entered, after] = await scene.transaction('I10 proofs through the driver', [{ text }, { text: canaries }])
    if (entered!.code !== 'RH001') scene.find('allowed', text, `answered ${entered!.code || 'entered'}`)
    if (after!.code === '') scene.find('allowed', text, 'the transaction went on')
  }
  for (const [tenant, proof] of forged.slice(0, 40)) {
    const [entered] = await enterRaw(scene, tenant, proof)
    if (entered!.code !== 'RH001') scene.find('allowed', entered!.statement, `answered ${entered!.code || 'entered'}`)
  }
  // A schema with functions of the attacker's, first in its path: every name in the door is qualified.
  const claim = Buffer.concat([valid.subarray(0, 8), Buffer.alloc(32)]).toString('hex')
  for (const other of [...others, attacker]) {
    const enter = `select rowhouse.enter('${other.id}', '\\x${claim}')`
    const commands = ['set local search_path = shadow, pg_catalog, pooled', enter, canaries]
    const [, entered] = await scene.raw('I4 shadowed functions', commands)
    if (entered!.code !== 'RH001') scene.find('allowed', enter, `shadowed: answered ${entered!.code || 'entered'}`)
    await scene.raw('I4 shadowed functions', [
      commands[0]!,
      `set local rowhouse.tenant = '${other.id}'`,
      `select secret from ${house.placement.schemaName}.accounts limit 3`,
    ])
  }
  // Nothing but the answer for a wrong proof may tell of a tenant: neither that it lives here nor that it is moving.
  for (const other of others) {
    const texts = [other.id, random.uuid()].map(
      (tenant) => `select rowhouse.enter('${tenant}', '\\x${valid.toString('hex')}')`,
    )
    const holes = [{ foreign: other.id, absent: texts[1]!.slice(23, 59) }]
    await scene.pair('I10 proofs through the driver', { text: texts[0]! }, { text: texts[1]! }, holes)
  }
}

const enterRaw = (scene: Stage['scene'], tenant: string, proof: Buffer) =>
  scene.raw('I10 proofs on the wire', [`select rowhouse.enter('${tenant}', '\\x${proof.toString('hex')}')`, canaries])
