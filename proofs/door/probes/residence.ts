/** I10, M: a residence that moved, is moving or is closed; a transaction in the wrong isolation. */
import { makeProof, residenceKey } from '@rowhouse/tenancy'
import { failureOf, outcomeOf } from '../observe.ts'
import type { Probe } from '../probe.ts'

const one = 'select 1 as one'

export const residence: Probe = async ({ world, house, scene, entrance, tally }) => {
  const { attacker, placement, databaseName } = house
  const { doorKey } = world
  const admin = await world.admin(databaseName)
  const proof = (epoch: number) => `'\\x${makeProof(doorKey, attacker.id, epoch, Date.now() + 60_000).toString('hex')}'`
  const put = (change: string, values: unknown[] = []) =>
    admin.query(`update rowhouse.residents set ${change} where tenant_id = '${attacker.id}'`, values)
  const door = entrance.to(house)
  // Not through the scene: nobody else may be asked while the only tenant of a database is shut out.
  const mustAnswer = async (code: string, what: string) => {
    tally.count('I10 residence')
    const { code: answer } = await door.query(attacker.id, one, []).then(
      (result) => outcomeOf(one, result),
      (error: unknown) => failureOf(one, error),
    )
    if (answer !== code) scene.find('allowed', what, `answered ${answer || 'entered'} instead of ${code || 'entering'}`)
  }
  const asItWas = [placement.epoch, residenceKey(doorKey, attacker.id, placement.epoch)]
  const putAll = 'epoch = $1, proof_key = $2, state = '

  try {
    await admin.query('begin')
    await admin.query('select pg_advisory_xact_lock(uuid_hash_extended($1, 0))', [attacker.id])
    await mustAnswer('tenancy.tenant_moving', 'a mover holds the exclusive lock')
    await admin.query('rollback')

    await put(`state = 'closed'`)
    await mustAnswer('tenancy.tenant_moving', 'the residence is closed')

    const next = placement.epoch + 1
    await put(`${putAll} 'open'`, [next, residenceKey(doorKey, attacker.id, next)])
    await mustAnswer('tenancy.not_admitted', 'the tenant has moved and come back: the proof is of an old epoch')
  } finally {
    await admin.query('rollback')
    await put(`${putAll} 'open'`, asItWas)
  }
  await mustAnswer('', 'the residence as it was')

  for (const level of ['repeatable read', 'serializable']) {
    const enter = `select rowhouse.enter('${attacker.id}', ${proof(placement.epoch)})`
    const [, , entered] = await scene.raw('I10 isolation', ['commit', `begin isolation level ${level}`, enter])
    if (entered!.code !== 'RH003') scene.find('allowed', enter, `in ${level}: ${entered!.code || 'entered'}`)
  }
}
