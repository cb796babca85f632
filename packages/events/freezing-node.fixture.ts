/** A node that takes its time in the first event, in which it is frozen: `node freezing-node.fixture.ts '<Run as JSON>'`. */
import type { Deployed } from '../tenancy/deployment.fixture.ts'
import { happened, record, startNode, subscriber } from './events.fixture.ts'

export interface Run extends Pick<Deployed, 'names' | 'applicationUrl' | 'relayUrl'> {
  /** Hexadecimal. */
  readonly doorKey: string
  readonly tenantId: string
}

if (import.meta.main) {
  const { doorKey, tenantId, ...where } = JSON.parse(process.argv[2]!) as Run
  const { promise: awake, resolve: wake } = Promise.withResolvers<void>()
  const slow = subscriber('test.recorder', async ({ event: { payload }, db }) => {
    await record(db, `${payload.id}:${payload.n}`)
    console.log('handling')
    await new Promise((resolve) => setTimeout(resolve, 500))
    wake()
  })
  const node = startNode({ ...where, doorKey: Buffer.from(doorKey, 'hex') }, [slow], { idle: true })
  for (let n = 1; n <= 5; n += 1) await node.command(tenantId, (emit) => emit(happened, { id: 'a', n }))
  node.relay.start()
  await awake
  await node.stop()
}
