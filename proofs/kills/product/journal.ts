/**
 * A module whose only purpose is to be looked at: commands that write, slowly or in vain, and a subscriber that notes what
 * happened in the order in which it was told.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineErrors, module, newId, permission, sqlMigrations } from '@rowhouse/app'
import { z } from 'zod'

interface JournalTables {
  journalEntries: { id: string; stream: string; position: number }
  journalEffects: { id: string; event: string; stream: string; position: number }
}

const { command } = module<JournalTables>('journal')

export const migrations = sqlMigrations(import.meta.url, './migrations')

export const journalErrors = defineErrors('journal', {
  refused: {
    status: 409,
    title: 'Refused',
    detail: 'Refused after it was written and its event emitted, as the caller wished.',
    operator: 'What a proof asks for.',
  },
})

const Entry = z.strictObject({ stream: z.string().max(100), position: z.int32() })

export const writeEntry = command({
  name: 'journal.write',
  http: 'POST /journal',
  summary: 'Write an entry',
  permission: permission('journal:write', 'Write entries'),
  input: Entry.extend({
    holdMs: z.int().max(10_000).default(0).meta({ description: 'How long its transaction stays open, at least.' }),
    refuse: z.boolean().default(false).meta({ description: 'Fail when everything is written.' }),
  }),
  output: Entry,
  errors: [journalErrors.refused],
  async handle({ input: { stream, position, holdMs, refuse }, db }) {
    await db.insertInto('journalEntries').values({ id: newId(), stream, position }).execute()
    if (holdMs > 0) await sleep(holdMs)
    if (refuse) throw journalErrors.refused()
    return { stream, position }
  },
})
