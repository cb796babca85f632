/** The product's own sources, with one precaution less or one convenience more. */
import type { Edit } from '../../nodes/edit.ts'
import type { Mutant } from './mutants.ts'

const serve = 'packages/http/serve.ts'
const product = 'packages/app/product.ts'

const hostUnchecked: Edit = {
  file: serve,
  from: 'record.hostTenantId !== null && record.hostTenantId !== caller.tenantId',
  to: 'record.hostTenantId === "never"',
}

/** Who was seen to use an id first is taken for its owner; what is done with somebody else's is up to the mutant. */
const idOfAnother = (then: string): Edit[] => [
  {
    file: serve,
    from: 'const call = {',
    to: `const id = path['id'] ?? path['ticketId']
    const owner = owners.get(id) ?? caller.tenantId
    owners.set(id, owner)
    if (id && owner !== caller.tenantId) { ${then} }
    const call = {`,
  },
  { file: serve, from: 'export function serve(', to: 'const owners = new Map()\nexport function serve(' },
]

/** The call goes to another tenant than the caller's. */
const callerIs = (tenantId: string): Edit => ({
  file: serve,
  from: '      caller,\n      requestId,',
  to: `      caller: { ...caller, tenantId: ${tenantId} },\n      requestId,`,
})

export const codeMutants: readonly Mutant[] = [
  {
    name: 'whoever comes first is everybody',
    shows: ['seen'],
    probes: [],
    code: [
      {
        file: product,
        from: '  return tenantId\n}',
        to: '  return (first ??= tenantId)\n}\nlet first: string | undefined',
      },
    ],
  },
  {
    name: 'an id is checked where things are read, and not where they are changed',
    shows: ['told'],
    probes: ['swaps'],
    code: [
      callerIs(`operation.method === 'GET' ? caller.tenantId : ownerOf(input.value.id, caller.tenantId)`),
      {
        file: serve,
        from: 'const call = {',
        to: 'ownerOf(path.id, caller.tenantId)\n    const call = {',
      },
      {
        file: serve,
        from: 'export function serve(',
        to: `const owners = new Map()
const ownerOf = (id, asker) => (owners.has(id) ? owners.get(id) : (id && owners.set(id, asker), asker))
export function serve(`,
      },
    ],
  },
  {
    name: '403 for what is another’s',
    shows: ['told'],
    probes: ['swaps'],
    code: idOfAnother('throw httpErrors.forbidden()'),
  },
  {
    name: 'a 404 says whose it is',
    shows: ['told'],
    probes: ['swaps'],
    code: idOfAnother('throw httpErrors.notFound({ detail: `It is of ${owner}.` })'),
  },
  {
    name: 'a 404 says that it is somewhere else',
    shows: ['told'],
    probes: ['swaps'],
    code: idOfAnother('throw httpErrors.notFound({ detail: "There is no such thing in this organization." })'),
  },
  {
    name: 'what is another’s takes two milliseconds more',
    shows: ['timed'],
    probes: [],
    timings: 60,
    code: idOfAnother('await new Promise((resume) => setTimeout(resume, 2))'),
  },
  {
    name: 'keys are cached by their tenant alone',
    shows: ['told'],
    probes: ['tokens'],
    code: [
      {
        file: 'packages/identity/api-keys.ts',
        from: `const cacheKey = hash.toString('base64')`,
        to: 'const cacheKey = tenantId',
      },
    ],
  },
  {
    name: 'keys are cached without their tenant',
    shows: ['told'],
    probes: ['tokens'],
    code: [
      {
        file: 'packages/identity/api-keys.ts',
        from: `const cacheKey = hash.toString('base64')`,
        to: 'const cacheKey = secret.slice(26)',
      },
    ],
  },
  {
    name: 'the catalog’s cache knows the beginning of a name',
    shows: ['told', 'refused'],
    probes: ['hosts'],
    code: [
      {
        file: 'packages/tenancy/catalog.ts',
        from: 'slugs.get(slug, async',
        to: 'slugs.get(slug.slice(0, 8), async',
      },
    ],
  },
  { name: 'the host is not checked', shows: ['told'], probes: ['hosts'], code: [hostUnchecked] },
  {
    name: 'the host says who is meant',
    shows: ['told'],
    probes: ['hosts'],
    code: [hostUnchecked, callerIs('record.hostTenantId ?? caller.tenantId')],
  },
  {
    name: 'a header says who is meant',
    shows: ['told'],
    probes: ['headers'],
    code: [callerIs(`headers['x-tenant-id'] ?? caller.tenantId`)],
  },
  {
    name: 'X-Forwarded-Host is believed',
    shows: ['told'],
    probes: ['hosts'],
    code: [
      {
        file: 'packages/http/server.ts',
        from: 'tenantOfHost(headers.host, options)',
        to: `tenantOfHost(headers['x-forwarded-host'] ?? headers.host, options)`,
      },
    ],
  },
  {
    name: 'a field of the input says who is meant',
    shows: ['told'],
    probes: ['fields'],
    code: [
      { file: 'packages/http/contract.ts', from: 'operation.input.strict()', to: 'operation.input.loose()' },
      callerIs('input.value?.tenantId ?? caller.tenantId'),
    ],
  },
  {
    name: 'a cursor says who is meant',
    shows: ['seen'],
    probes: ['cursors'],
    code: [
      {
        file: 'modules/api-keys/api-keys.ts',
        from: 'const after = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.uuid()]))[0]',
        to: 'const [after, tenantId] = cursor === undefined ? [null, caller.tenantId] : decodeCursor(cursor, z.tuple([z.uuid(), z.uuid()]))',
      },
      { file: 'modules/api-keys/api-keys.ts', from: 'apiKeys.list(caller.tenantId!,', to: 'apiKeys.list(tenantId,' },
      {
        file: 'modules/api-keys/api-keys.ts',
        from: 'encodeCursor([items.at(-1)!.id])',
        to: 'encodeCursor([items.at(-1)!.id, caller.tenantId])',
      },
    ],
  },
  {
    name: 'answers are kept by their key alone',
    shows: ['seen'],
    probes: ['keys'],
    code: [
      {
        file: serve,
        from: 'const kept = await',
        to: 'const kept = answers.get(key) ?? await',
      },
      { file: serve, from: 'if (kept.replayed)', to: 'answers.set(key, kept)\n    if (kept.replayed)' },
      { file: serve, from: 'export function serve(', to: 'const answers = new Map()\nexport function serve(' },
    ],
  },
  {
    name: 'a refresh token is good at every host',
    shows: ['told'],
    probes: ['sessions'],
    code: [
      {
        file: 'packages/identity/sessions.ts',
        from: 'hostTenantId !== null && hostTenantId !== token.tenantId',
        to: 'hostTenantId === "never"',
      },
    ],
  },
  {
    name: 'an invitation is good at every host',
    shows: ['told'],
    probes: ['sessions'],
    code: [
      {
        file: 'packages/identity/open-invitation.ts',
        from: '(hostTenantId === null || hostTenantId === tenantId)',
        to: 'true',
      },
    ],
  },
  {
    name: 'an access token’s signature is not checked',
    shows: ['told'],
    probes: ['sessions'],
    code: [
      {
        file: 'packages/identity/access-tokens.ts',
        from: 'await verifyAnew(token, key).catch(() => null)',
        to: `JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())`,
      },
    ],
  },
  {
    name: 'an error tells what is for the operator',
    shows: ['told'],
    probes: ['hosts'],
    code: [
      { file: 'packages/http/problem.ts', from: 'detail: error.detail', to: 'detail: error.operator ?? error.detail' },
    ],
  },
  {
    name: 'the log has the whole URL',
    shows: ['seen'],
    probes: [],
    code: [{ file: 'packages/http/record.ts', from: 'path: request.routeOptions.url', to: 'path: request.url' }],
  },
  {
    name: 'spans have the whole URL',
    shows: ['seen'],
    probes: [],
    code: [{ file: serve, from: `'http.route': contract.url`, to: `'http.route': request.raw.url` }],
  },
  {
    name: 'the URL is a label of the metrics',
    shows: ['seen'],
    probes: [],
    code: [
      { file: 'packages/http/record.ts', from: `{ operation: operation ?? 'none',`, to: '{ operation: request.url,' },
    ],
  },
]
