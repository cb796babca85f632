import { newId } from '@rowhouse/app'
import { z } from 'zod'
import { columns, Email, line, Time } from './fields.ts'
import { deskErrors, refused } from './errors.ts'
import { command, query, readDesk, writeDesk, type DeskDb } from './words.ts'

export const Customer = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({
    id: 'Customer',
    description: 'Somebody who asks for help.',
    examples: [
      {
        id: '019ab5a0-7c3e-7d21-9a52-0b6f8e1c4d37',
        email: 'ines.moreau@example.com',
        name: 'Inès Moreau',
        createdAt: '2026-11-24T09:30:00.123Z',
        updatedAt: '2026-11-24T09:30:00.123Z',
      },
    ],
  })

const Name = line(200).meta({ example: 'Inès Moreau' })

export const createCustomer = command({
  name: 'customers.create',
  http: 'POST /customers',
  summary: 'Create a customer',
  permission: writeDesk,
  input: z.strictObject({ email: Email, name: Name }),
  output: Customer,
  etag: true,
  errors: [deskErrors.emailTaken],
  handle: ({ input, db, now }) =>
    db
      .insertInto('customers')
      .values({ id: newId(), ...input, createdAt: now, updatedAt: now })
      .returning(columns(Customer))
      .executeTakeFirstOrThrow()
      .catch(refused),
})

export const showCustomer = query({
  name: 'customers.show',
  http: 'GET /customers/:id',
  summary: 'Show a customer',
  permission: readDesk,
  input: z.strictObject({ id: z.uuid() }),
  output: Customer,
  errors: [deskErrors.customerNotFound],
  handle: ({ input, db }) => theCustomer(db, input.id).executeTakeFirstOrThrow(() => deskErrors.customerNotFound()),
})

export const updateCustomer = command({
  name: 'customers.update',
  http: 'PATCH /customers/:id',
  summary: 'Change a customer',
  permission: writeDesk,
  input: z.strictObject({ id: z.uuid(), email: Email.optional(), name: Name.optional() }),
  output: Customer,
  errors: [deskErrors.customerNotFound, deskErrors.emailTaken],
  current: ({ input, db }) => theCustomer(db, input.id).forNoKeyUpdate().executeTakeFirst(),
  handle: ({ input: { id, ...changes }, db, now }) =>
    db
      .updateTable('customers')
      .set({ ...changes, updatedAt: now })
      .where('id', '=', id)
      .returning(columns(Customer))
      .executeTakeFirstOrThrow(() => deskErrors.customerNotFound())
      .catch(refused),
})

const theCustomer = (db: DeskDb, id: string) =>
  db.selectFrom('customers').select(columns(Customer)).where('id', '=', id)

/**
 * The id of the customer with this address, made if there is none: with this name, or the address for one. A known customer
 * keeps the name. Until the transaction ends, another call for the same address waits.
 */
export async function findOrMakeCustomer(
  db: DeskDb,
  { email, name }: { readonly email: string; readonly name?: string | undefined },
  now: string,
): Promise<string> {
  const made = await db
    .insertInto('customers')
    .values({ id: newId(), email, name: (name || email).slice(0, 200), createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.constraint('customers_email').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return made.id
  const found = await db
    .selectFrom('customers')
    .select('id')
    .where('email', '=', email)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  return found.id
}
