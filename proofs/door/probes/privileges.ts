/** I2, I15, I24, I25, I26 and the commands of other rows: what must be refused, and what may run without anybody noticing. */
import { type Command, hostileCommands } from '../commands/commands.ts'
import type { Outcome } from '../observe.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const look = 'select secret, tenant_id from accounts limit 3'

export const privileges: Probe = async ({ world, house, scene, random, size, signal }) => {
  const offset = random.int(size.everyCommand)
  const commands = hostileCommands(world, house).filter(
    ({ must }, at) => must === 'refused' || at % size.everyCommand === offset,
  )
  const before = await grants(scene)
  const refused = commands.filter(({ must }) => must === 'refused')
  // What is refused changes nothing, so several share a session; the rest have one each.
  const sessions = [
    ...Object.values(Object.groupBy(refused, ({ row }) => row)).flatMap((ofRow) => inGroups(ofRow!, 10)),
    ...commands.filter(({ must }) => must === 'harmless').map((one) => [one]),
  ]
  for (const session of sessions) {
    signal.throwIfAborted()
    const [{ row }] = session as [Command]
    const texts = session.flatMap(({ text }) => [text, look])
    const outcomes = await scene.raw(`${row} commands on the wire`, texts)
    for (const [at, { must }] of session.entries()) if (must === 'refused') mustFail(scene, outcomes[at * 2]!)
    // With a commit behind each: what it left, if anything, must show in no privilege and no setting.
    await scene.raw(
      `${row} commands on the wire`,
      session.flatMap(({ text }) => [text, 'commit', 'begin']),
    )
  }
  for (const { text, row, must } of commands) {
    const outcome = await scene.driver(`${row} commands through the driver`, { text })
    if (must === 'refused') mustFail(scene, outcome)
  }
  await scene.settle()
  const after = await grants(scene)
  if (after !== before) scene.find('next', 'every command, committed', difference(before, after))
}

/** I2: every role of the cluster, by either way into it. */
export const roles: Probe = async ({ world, house, scene }) => {
  const admin = await world.admin(house.databaseName)
  const { rows } = await admin.query<{ name: string }>('select rolname as name from pg_roles where rolname <> $1', [
    world.names.application,
  ])
  for (const { name } of rows) {
    for (const text of [`set role "${name}"`, `set session authorization "${name}"`]) {
      const [outcome] = await scene.raw('I2 every role', [text, look])
      mustFail(scene, outcome!)
    }
  }
}

const inGroups = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))

function mustFail(scene: Scene, { statement, code, seen }: Outcome): void {
  if (code === '') scene.find('allowed', statement, `it succeeded: ${seen}`)
}

/**
 * Everything that says what roles may do and how their sessions begin. Of other deployments on the server, which come and
 * go while it is shared by tests, it says nothing.
 */
async function grants({ world, house }: Scene): Promise<string> {
  const admin = await world.admin(house.databaseName)
  const { rows } = await admin.query<{ line: string }>(
    `
    select line from (
      select 'role ' || rolname || ' ' || to_jsonb(a)::text as line from pg_authid a
      union all select 'member ' || roleid::regrole || ' ' || member::regrole || ' ' || admin_option from pg_auth_members
      union all select 'setting ' || setdatabase || ' ' || setrole || ' ' || setconfig::text from pg_db_role_setting
      union all select 'default ' || to_jsonb(d)::text from pg_default_acl d
      union all select 'relation ' || oid::regclass || ' ' || relowner || ' ' || coalesce(relacl::text, '') || relrowsecurity || relforcerowsecurity
        from pg_class where relkind in ('r', 'v', 'm', 'p', 'S')
      union all select 'column ' || attrelid::regclass || ' ' || attname || ' ' || attacl::text from pg_attribute where attacl is not null
      union all select 'function ' || oid::regprocedure || ' ' || proowner || ' ' || coalesce(proacl::text, '') || md5(prosrc) from pg_proc
      union all select 'schema ' || nspname || ' ' || nspowner || ' ' || coalesce(nspacl::text, '') from pg_namespace
      union all select 'database ' || datname || ' ' || datdba || ' ' || coalesce(datacl::text, '') from pg_database
      union all select 'policy ' || polrelid::regclass || ' ' || polname || ' ' || pg_get_expr(polqual, polrelid) from pg_policy
    ) x
    where line !~ '(^| )(prove_|t)[0-9a-f]{8,}_' or line ~ $1
    order by line`,
    [world.names.prefix],
  )
  return rows.map(({ line }) => line).join('\n')
}

function difference(before: string, after: string): string {
  const [old, now] = [new Set(before.split('\n')), new Set(after.split('\n'))]
  const gone = [...old].filter((line) => !now.has(line)).map((line) => `- ${line}`)
  const come = [...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`)
  return [...gone, ...come].join('\n')
}
