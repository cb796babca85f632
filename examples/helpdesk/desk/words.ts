/** The words in which this module is written, over its own tables, and what one may be allowed. */
import { module, permission, type TenantDb } from '@rowhouse/app'
import type { DeskTables } from './tables.ts'

export type DeskDb = TenantDb<DeskTables>

export const { command, query, event, subscriber } = module<DeskTables>('desk')

export const readDesk = permission('desk:read', 'See customers, tickets and all comments, internal ones too')
export const writeDesk = permission('desk:write', 'Open and update tickets, comment, create and update customers')
export const receiveMail = permission('desk:receive-mail', 'Hand in mail that customers sent')
