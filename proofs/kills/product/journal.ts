/**
 * A module whose only purpose is to be looked at: a command that writes, slowly or in vain, and subscribers that note what
 * they are told of in the order in which they are told.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineErrors, module, newId, permission, sqlMigrations, type TenantDb } from '@rowhouse/app'
import { ticketOpened, ticketSolved } from '@rowhouse/helpdesk'
import { z } from 'zod'

interface JournalTables {
  journalStreams: { name: string; last: number }
  journalEntries: { id: string; token: string; stream: string; position: number }
  journalEffects: { id: string; event: string; about: string; position: number }
}

const { command, event, subscriber } = module<JournalTables>('journal')

export const migrations = sqlMigrations(import.meta.url, './migrations')

export const journalErrors = defineErrors('journal', {
  refused: {
    status: 409,
    title: 'Refused',
    detail: 'Refused after it was written and its event emitted, as the caller wished.',
    operator: 'What a proof asks for.',
  },
})

export const entryWritten = event(
  'journal.written',
  1,
  z.object({ stream: z.string(), position: z.int(), freeze: z.int() }),
)

export const writeEntry = command({
  name: 'journal.write',
  http: 'POST /journal',
  summary: 'Write an entry',
  permission: permission('journal:write', 'Write entries'),
  input: z.strictObject({
    token: z.string().max(100),
    stream: z.string().max(100),
    holdMs: z.int().max(10_000).default(0).meta({ description: 'How long its transaction stays open, at least.' }),
    refuse: z.boolean().default(false).meta({ description: 'Fail when everything is written.' }),
    freeze: z.int().default(0).meta({ description: 'The process that is to stop, once, while it handles the event.' }),
  }),
  output: z.strictObject({ stream: z.string(), position: z.int32() }),
  errors: [journalErrors.refused],
  async handle({ input: { token, stream, holdMs, refuse, freeze }, db, emit }) {
    const { last: position } = await db
      .insertInto('journalStreams')
      .values({ name: stream, last: 1 })
      .onConflict((conflict) =>
        conflict.constraint('journal_streams_pkey').doUpdateSet((eb) => ({ last: eb('journalStreams.last', '+', 1) })),
      )
      .returning('last')
      .executeTakeFirstOrThrow()
    await db.insertInto('journalEntries').values({ id: newId(), token, stream, position }).execute()
    emit(entryWritten, { stream, position, freeze }, { key: stream })
    if (holdMs > 0) await sleep(holdMs)
    if (refuse) throw journalErrors.refused()
    return { stream, position }
  },
})

export const noteWritten = subscriber(entryWritten, 'note-written', async ({ event: { payload }, db }) => {
  await note(db, 'written', payload.stream, payload.position)
  if (payload.freeze !== process.pid || frozen) return
  frozen = true
  console.log('frozen')
  process.kill(process.pid, 'SIGSTOP')
})

let frozen = false

export const noteOpened = subscriber(ticketOpened, 'note-opened', ({ event: { payload }, db }) =>
  note(db, 'opened', payload.id, payload.number),
)

export const noteSolved = subscriber(ticketSolved, 'note-solved', ({ event: { payload }, db }) =>
  note(db, 'solved', payload.id, payload.number),
)

async function note(db: TenantDb<JournalTables>, what: string, about: string, position: number): Promise<void> {
  await db.insertInto('journalEffects').values({ id: newId(), event: what, about, position }).execute()
}
