/** Ways to break the platform so that a death at the wrong moment does harm. Each must be noticed. */
import type { Edit } from '../nodes/edit.ts'

export interface Mutant {
  readonly name: string
  /** Where nodes die, several times each. Nowhere, when deaths are not needed. */
  readonly points: readonly string[]
  /** Shows in tenants that are made meanwhile. */
  readonly arrivals?: boolean
  /** Shows when two do the same. */
  readonly nodes?: 1 | 2
  readonly edits: readonly Edit[]
}

const outbox = 'packages/events/outbox.ts'
const fanOut = 'packages/events/fan-out.ts'
const claim = 'packages/events/claim.ts'
const deliver = 'packages/events/deliver.ts'
const idempotency = 'packages/idempotency/idempotency.ts'
const tenants = 'packages/tenancy/tenants.ts'

/** The outbox gets a door of its own. */
const ownDoor: readonly Edit[] = [
  {
    file: 'packages/events/events.ts',
    from: 'createEmitting(events, nudge)',
    to: 'createEmitting(events, nudge, door)',
  },
  { file: outbox, from: 'onEmitted: (tenantId: string) => void)', to: 'onEmitted: any, door: any)' },
]
const insertApart = `await door.transaction(tenantId, (own: any) => own(insertEvents, rowsOf(stored)))`

export const mutants: readonly Mutant[] = [
  {
    name: 'events are emitted in a transaction of their own, before the command’s ends',
    points: ['idempotency.kept'],
    edits: [...ownDoor, { file: outbox, from: 'await execute(insertEvents, rowsOf(stored))', to: insertApart }],
  },
  {
    name: 'events are emitted in a transaction of their own, when the command’s has ended',
    points: ['idempotency.committed'],
    edits: [
      ...ownDoor,
      { file: outbox, from: 'let emitted = false', to: 'let emitted = false\n    let stored: StoredEvent[] = []' },
      { file: outbox, from: 'const stored: StoredEvent[] = []', to: 'stored = []' },
      { file: outbox, from: 'await execute(insertEvents, rowsOf(stored))', to: '' },
      { file: outbox, from: 'if (emitted) onEmitted', to: `if (emitted) ${insertApart}\n    if (emitted) onEmitted` },
    ],
  },
  {
    name: 'the inbox is written before the effect, and committed apart',
    points: ['events.handled'],
    edits: [
      {
        file: deliver,
        from: 'head = await claim(execute, subscriber.name, key)',
        to: 'head = await door.transaction(tenantId, (own) => claim(own, subscriber.name, key))',
      },
    ],
  },
  {
    name: 'the effect is committed before the inbox is',
    points: ['events.handled'],
    edits: [
      {
        file: deliver,
        from: 'await handle(head, tenantId, subscriber, key, { db: tenantDb(execute), emit })',
        to: `await door.transaction(tenantId, (own) =>
          handle(head!, tenantId, subscriber, key, { db: tenantDb(own), emit }))`,
      },
    ],
  },
  {
    name: 'neither the lock of its key nor the inbox keeps an event from two nodes at once',
    nodes: 2,
    points: [],
    edits: [
      { file: claim, from: 'for no key update skip locked', to: '' },
      { file: claim, from: 'exists (select from noted) as fresh', to: 'true as fresh' },
    ],
  },
  {
    name: 'the last event of a key comes first',
    points: ['events.fanned-out', 'idempotency.committed'],
    edits: [
      { file: claim, from: 'order by d.sequence, d.event_id', to: 'order by d.sequence desc, d.event_id' },
      // So slow that several wait.
      {
        file: deliver,
        from: 'head = await claim(execute, subscriber.name, key)',
        to: 'await new Promise((done) => setTimeout(done, 50))\n      head = await claim(execute, subscriber.name, key)',
      },
    ],
  },
  {
    name: 'the relay looks for events later than the last that it has seen',
    points: [],
    edits: [
      {
        file: fanOut,
        from: '  return async function fanOut',
        to: '  const seen = new Map()\n  return async function fanOut',
      },
      { file: fanOut, from: 'handOn, parameters)', to: 'handOn, [...parameters, seen.get(tenantId) ?? 0])' },
      {
        file: fanOut,
        from: 'const taken =',
        to: `seen.set(tenantId, Math.max(seen.get(tenantId) ?? 0, Number((rows[0] as any).last ?? 0)))
        const taken =`,
      },
      { file: fanOut, from: 'where o.name = any ($1)', to: 'where o.name = any ($1) and o.sequence > $7::bigint' },
      { file: fanOut, from: 'select t.taken,', to: 'select t.taken, t.last,' },
      {
        file: fanOut,
        from: '(select count(*) as taken from',
        to: '(select count(*) as taken, max(sequence) as last from',
      },
    ],
  },
  {
    name: 'the answer to a key is kept in a transaction of its own',
    points: ['idempotency.kept'],
    edits: [
      {
        file: idempotency,
        from: '() => answers.claim(execute, tenantId, request, secret)',
        to: '() => door.transaction(tenantId, (own) => answers.claim(own, tenantId, request, secret))',
      },
      {
        file: idempotency,
        from: 'await answers.keep(execute, tenantId, request, answer!, secret)',
        to: 'await door.transaction(tenantId, (own) => answers.keep(own, tenantId, request, answer!, secret))',
      },
    ],
  },
  {
    name: 'a key that is known already is taken again',
    points: ['idempotency.committed'],
    edits: [
      {
        file: 'packages/idempotency/kept-answers.ts',
        from: 'if (claimed.rows.length === 1) return null',
        to: 'return null',
      },
    ],
  },
  {
    name: 'each statement of a command is committed at once',
    points: ['idempotency.kept'],
    edits: [
      {
        file: idempotency,
        from: 'work(key.execute)',
        to: 'key.claimed().then(() => work((text, values) => door.query(tenantId, text, values)))',
      },
    ],
  },
  {
    name: 'a tenant is opened before it is furnished',
    points: ['identity.sign-up.member-made'],
    arrivals: true,
    edits: [
      {
        file: tenants,
        from: 'await furnish(tenant)',
        to: `await client.query(\`update control.tenants set state = 'active' where id = $1\`, [tenant.id])
            await furnish(tenant)`,
      },
    ],
  },
  {
    name: 'a start leaves alone what was half made',
    points: ['tenancy.provision.built'],
    arrivals: true,
    edits: [{ file: 'apps/server/start.ts', from: 'await platform.tenants.repair()', to: '' }],
  },
]
