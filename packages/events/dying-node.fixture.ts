/** A node that emits and handles until it is killed on the way: `node dying-node.fixture.ts '<Run as JSON>'`. */
import { armCrashPoint } from '@rowhouse/kernel'
import type { Deployed } from '../tenancy/deployment.fixture.ts'
import { happened, recorder, startNode } from './events.fixture.ts'

export interface Run extends Pick<Deployed, 'names' | 'applicationUrl' | 'relayUrl'> {
  /** Hexadecimal. */
  readonly doorKey: string
  readonly tenantId: string
  /** `<crash point>#<visit>`, see `armCrashPoint`. */
  readonly crashAt: string
}

if (import.meta.main) {
  const { doorKey, tenantId, crashAt, ...where } = JSON.parse(process.argv[2]!) as Run
  armCrashPoint(crashAt)
  const node = startNode({ ...where, doorKey: Buffer.from(doorKey, 'hex') }, [recorder()])
  // Until it is killed.
  for (let n = 1; n <= 1_000; n += 1) {
    await node.command(tenantId, async (emit, execute) => {
      await execute(`insert into effects (id, at, what) values (gen_random_uuid(), 0, 'command ' || $1::text)`, [
        String(n),
      ])
      emit(happened, { id: 'a', n })
    })
  }
}
