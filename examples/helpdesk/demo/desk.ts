/** A desk full of work, for a first look at a running system. People, companies and words are invented. */
export interface DemoDesk {
  /** Of the tenant. */
  readonly name: string
  /** The first is the owner. */
  readonly members: readonly DemoPerson[]
  readonly customers: readonly DemoPerson[]
  /** In the order in which they were opened. */
  readonly tickets: readonly DemoTicket[]
}

export interface DemoPerson {
  readonly name: string
  readonly email: string
}

export interface DemoTicket {
  readonly subject: string
  readonly status: 'open' | 'pending' | 'solved' | 'closed'
  readonly priority: 'low' | 'normal' | 'high' | 'urgent'
  /** E-mail address of a customer. */
  readonly customer: string
  /** E-mail address of a member; absent when nobody has taken the ticket. */
  readonly assignee?: string
  readonly tags: readonly string[]
  /** The first is the customer's question. */
  readonly comments: readonly DemoComment[]
}

export interface DemoComment {
  /** E-mail address of the ticket's customer or of a member. */
  readonly author: string
  /** False: a note that only members see. */
  readonly public: boolean
  readonly body: string
}
