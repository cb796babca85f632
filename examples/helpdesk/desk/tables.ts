// Generated from the migrated catalog by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface Attachments {
  commentId: string
  name: string
  position: number
  sizeBytes: number
  tenantId: Generated<string>
  type: string
}

export interface Comments {
  body: string
  createdAt: string
  customerId: string | null
  id: string
  memberId: string | null
  messageId: string | null
  tenantId: Generated<string>
  ticketId: string
  visibility: 'public' | 'internal'
}

export interface Customers {
  createdAt: string
  email: string
  id: string
  name: string
  tenantId: Generated<string>
  updatedAt: string
}

export interface TicketCounters {
  lastNumber: number
  tenantId: Generated<string>
  updatedAt: string
}

export interface Tickets {
  assigneeId: string | null
  createdAt: string
  customerId: string
  id: string
  number: number
  priority: Generated<'low' | 'normal' | 'high' | 'urgent'>
  status: Generated<'open' | 'pending' | 'solved' | 'closed'>
  subject: string
  tags: Generated<string[]>
  tenantId: Generated<string>
  updatedAt: string
}

export interface DeskTables {
  attachments: Attachments
  comments: Comments
  customers: Customers
  ticketCounters: TicketCounters
  tickets: Tickets
}
