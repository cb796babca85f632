/** The people of a tenant. Its table is the platform's, so that every module may refer to a member. */
import { cursorPage, decodeCursor, encodeCursor, module, pageInput, permission } from '@rowhouse/app'
import { roles } from '@rowhouse/identity'
import { z } from 'zod'
import { membersErrors } from './errors.ts'
import type { MembersTables } from './tables.ts'

const { query } = module<MembersTables>('members')

export const readMembers = permission('members:read', 'See who belongs to the tenant')

export const Member = z
  .strictObject({
    id: z.uuid(),
    email: z.email(),
    name: z.string(),
    role: z.enum(roles),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Member',
    description: 'Somebody who belongs to the tenant.',
    example: {
      id: '019a8f3e-7c1a-7b52-9d0e-4f6a2b8c1d01',
      email: 'ada@acme.example',
      name: 'Ada Park',
      role: 'owner',
      createdAt: '2026-11-24T09:30:00.000000Z',
    },
  })

const columns = ['id', 'email', 'name', 'role', 'createdAt'] as const

export const listMembers = query({
  name: 'members.list',
  http: 'GET /members',
  summary: 'List the members of the tenant',
  permission: readMembers,
  input: z.strictObject({ ...pageInput }),
  output: cursorPage(Member),
  async handle({ input: { cursor, limit }, db }) {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.uuid()]))[0]
    const rows = await db
      .selectFrom('members')
      .select(columns)
      .$if(after !== undefined, (rest) => rest.where('id', '>', after!))
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    const items = rows.slice(0, limit).map(asMember)
    return { items, nextCursor: rows.length > limit ? encodeCursor([items.at(-1)!.id]) : null }
  },
})

export const showMember = query({
  name: 'members.show',
  http: 'GET /members/:id',
  summary: 'Show one member',
  permission: readMembers,
  input: z.strictObject({ id: z.uuid() }),
  output: Member,
  errors: [membersErrors.memberNotFound],
  async handle({ input: { id }, db }) {
    const row = await db.selectFrom('members').select(columns).where('id', '=', id).executeTakeFirst()
    if (!row) throw membersErrors.memberNotFound()
    return asMember(row)
  },
})

const asMember = <Row extends { role: string }>(row: Row) => ({
  ...row,
  role: row.role as z.output<typeof Member>['role'],
})
