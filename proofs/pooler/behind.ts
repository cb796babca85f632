/** Life behind one PgBouncer: tenants at work on two nodes, neighbours among them, and whatever happens to a pooler. */
import * as sound from '@rowhouse/tenancy'
import { type PgBouncer, type ProgramDeclaration, startPgBouncer } from '@rowhouse/testing'
import type { Count } from '../count.ts'
import type { Run } from '../proof.ts'
import { breakEverywhere, standStill } from './cuts.ts'
import { disturb, keepRunning } from './disturb.ts'
import type { Ground } from './ground.ts'
import { inspect } from './inspect.ts'
import type { Move } from './neighbours/neighbour.ts'
import { haunt } from './neighbours/neighbours.ts'
import { openNode } from './node.ts'
import { deadlineMs, poolSize, type Scene } from './scene.ts'
import type { Settings } from './settings.ts'
import { watchConnections } from './watch.ts'
import { work } from './work.ts'

export interface Size {
  /** So many answers at least. */
  readonly answers: number
  /** Tenants that ask at a time. */
  readonly workers: number
  readonly neighbours: readonly (readonly Move[])[]
  readonly cuts: { readonly lanes: number; readonly every: number }
  /** Answers that never come. */
  readonly silence: boolean
  readonly troubles: readonly string[]
}

/** The pooler, and what goes on behind it; a scene has no trouble to begin with. */
export async function openBehind(
  pgbouncer: ProgramDeclaration,
  ground: Ground,
  settings: Settings,
  count: Count,
  { seed, signal }: Pick<Run, 'seed' | 'signal'>,
): Promise<{ readonly scene: Scene; readonly bouncer: PgBouncer }> {
  const bouncer = await startPgBouncer(pgbouncer, {
    target: ground.deployed.adminUrl,
    logins: ground.logins,
    defaultPoolSize: poolSize,
    settings: { max_db_connections: poolSize, reserve_pool_size: 0 },
  })
  const { port } = bouncer
  const { title } = pgbouncer
  const longest = { call: 0, recovery: 0 }
  const scene: Scene = { ground, port, title, seed, count, signal, settings, deadlineMs, longest, trouble: undefined }
  return { scene, bouncer }
}

/** One PgBouncer's part, also the miniature's. */
export async function liveBehind(
  pgbouncer: ProgramDeclaration,
  ground: Ground,
  settings: Settings,
  size: Size,
  count: Count,
  run: Run,
): Promise<void> {
  const { scene, bouncer } = await openBehind(pgbouncer, ground, settings, count, run)
  const nodes = [1, 2].map(() => openNode(sound, ground.deployed, bouncer.port, 24))
  const doors = nodes.map(({ door }) => door)
  const [first, ...others] = ground.residents
  const cut = others.splice(0, 2 * size.cuts.lanes)
  const silenced = others.splice(0, 12)
  const [answersBefore, sinceMs] = [count.of('answers compared'), performance.now()]
  const answered = () => count.of('answers compared') - answersBefore
  let [busy, over] = [true, false]
  const more = () => !over
  const events = async () => {
    await breakEverywhere(scene, cut, size.cuts, more)
    await disturb(scene, bouncer, doors, first!, size.troubles)
  }
  const tenants = async () => {
    const silence = size.silence ? standStill(scene, silenced) : undefined
    const special = Promise.all([events(), silence]).finally(() => (busy = false))
    await Promise.all([
      special,
      work(scene, doors, others, size.workers, () => more() && (busy || answered() < size.answers)),
    ])
  }
  try {
    const [most] = await Promise.all([
      watchConnections(scene, bouncer, more),
      haunt(scene, size.neighbours, more),
      keepRunning(scene, bouncer, doors, first!, more),
      tenants().finally(() => (over = true)),
    ])
    await inspect(ground, pgbouncer.title, count)
    const seconds = (performance.now() - sinceMs) / 1000
    run.report(
      `${pgbouncer.title}: ${answered()} answers in ${seconds.toFixed(0)} s, at most ${most} server connections to a database, ` +
        `the longest call ${scene.longest.call} ms, the longest recovery ${scene.longest.recovery} ms`,
    )
  } finally {
    over = true
    await Promise.all(nodes.map((node) => node.stop()))
    await bouncer.stop()
  }
}
