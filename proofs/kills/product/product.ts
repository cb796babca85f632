/** What the nodes of this proof serve: the helpdesk, and a journal that tells in which order its events arrived. */
import { modules as helpdesk } from '@rowhouse/helpdesk'
import * as journal from './journal.ts'

export const modules = [...helpdesk, journal] as const
