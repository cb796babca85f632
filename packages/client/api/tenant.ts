// Generated from the OpenAPI document by `npm run generate`. Do not edit.
import type { Bytes, CallOptions, ChangeOptions, CommandOptions, Operations } from '../operation.ts'
import type { Pages } from '../pages.ts'

/** An API key, without its secret. */
export interface ApiKey {
  id: string
  name: string
  permissions: readonly string[]
  memberId: string | null
  createdAt: string
}

/** What was attached to a mail. Its content is not kept. */
export interface Attachment {
  name: string
  type: string
  sizeBytes: number
}

/** What a customer, a member, or (when both are null) an integration said on a ticket. */
export interface Comment {
  id: string
  ticketId: string
  /** The customer who wrote it. */
  customerId: string | null
  /** The member who wrote it. */
  memberId: string | null
  visibility: 'public' | 'internal'
  body: string
  attachments: readonly Attachment[]
  /** RFC 3339, in UTC. */
  createdAt: string
}

export interface CreatedApiKey {
  id: string
  name: string
  permissions: readonly string[]
  memberId: string | null
  createdAt: string
  /** The key itself. Shown this once. */
  secret: string
}

/** Somebody who asks for help. */
export interface Customer {
  id: string
  email: string
  name: string
  /** RFC 3339, in UTC. */
  createdAt: string
  /** RFC 3339, in UTC. */
  updatedAt: string
}

/** Somebody who may become a member. */
export interface Invitation {
  id: string
  email: string
  role: 'owner' | 'admin' | 'member'
  createdAt: string
  /** Seven days after it was sent last. */
  expiresAt: string
  /** Its link is worth nothing: send it again, or invite anew. */
  expired: boolean
}

/** To what a link invites, and whom. */
export interface InvitationLink {
  tenant: {
    id: string
    slug: string
    name: string
  }
  /** Who is invited. The address cannot be changed. */
  email: string
  role: 'owner' | 'admin' | 'member'
  expiresAt: string
  /** Then accepting takes the account’s password; otherwise a name and a new password. */
  hasAccount: boolean
}

export interface KeySet {
  keys: readonly {
    kty: 'OKP'
    crv: 'Ed25519'
    x: string
    kid: string
    alg: 'EdDSA'
    use: 'sig'
  }[]
}

/** Somebody who belongs to the tenant. */
export interface Member {
  id: string
  email: string
  name: string
  role: 'owner' | 'admin' | 'member'
  createdAt: string
}

export type Priority = 'low' | 'normal' | 'high' | 'urgent'

/** Problem details (RFC 9457). */
export interface Problem {
  /** Where the code is explained, on our own origin. */
  type: string
  /** The same for every occurrence of the code. */
  title: string
  status: number
  /** What happened and what to do. */
  detail: string
  /** Stable: branch on it. */
  code: string
  /** Give it when you ask about the request; also in `X-Request-Id`. */
  requestId: string
  /** Each invalid field. */
  errors?: readonly {
    /** JSON pointer (RFC 6901) into the input: path, query and body fields together. */
    pointer: string
    detail: string
  }[]
}

/** Where the message was put. */
export interface ReceivedMail {
  ticketId: string
  number: number
  customerId: string
  /** Whether the ticket is new. */
  created: boolean
}

/** Somebody’s session in a tenant. */
export interface SignedIn {
  tenant: {
    id: string
    slug: string
    name: string
  }
  member: {
    id: string
    email: string
    name: string
    role: 'owner' | 'admin' | 'member'
  }
  /** Send it as `Authorization: Bearer <token>`. */
  accessToken: string
  refreshToken: string
  /** Seconds for which the access token is valid. */
  expiresIn: number
}

/** One matter of one customer. */
export interface Ticket {
  id: string
  /** What people call it: counts up within the tenant. */
  number: number
  subject: string
  status: TicketStatus
  priority: Priority
  customerId: string
  /** The member who takes care of it. */
  assigneeId: string | null
  tags: readonly string[]
  /** RFC 3339, in UTC. */
  createdAt: string
  /** RFC 3339, in UTC. */
  updatedAt: string
}

/** How many tickets were opened, and what has become of them. */
export interface TicketReport {
  /** Of the calendar, in UTC. */
  from: string
  /** Of the calendar, in UTC. */
  to: string
  /** By the status that they have now. */
  tickets: {
    open: number
    pending: number
    solved: number
    closed: number
  }
  /** Of the tickets opened on each; days without any are left out. */
  days: readonly {
    /** Of the calendar, in UTC. */
    day: string
    open: number
    pending: number
    solved: number
    closed: number
  }[]
}

export type TicketStatus = 'open' | 'pending' | 'solved' | 'closed'

export interface Tokens {
  /** Send it as `Authorization: Bearer <token>`. */
  accessToken: string
  refreshToken: string
  /** Seconds for which the access token is valid. */
  expiresIn: number
}

export interface ApiKeysCreateInput {
  /** What the key is for. */
  name: string
  /** No more than the caller has. */
  permissions: readonly string[]
}

export interface ApiKeysListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface ApiKeysRevokeInput {
  id: string
}

export interface AuthAcceptInvitationInput {
  /** What follows `#` in the link. */
  token: string
  name?: string
  password?: string
}

export interface AuthLookUpInvitationInput {
  /** What follows `#` in the link. */
  token: string
}

export interface AuthRefreshInput {
  refreshToken: string
}

export interface AuthSignInInput {
  email: string
  password: string
  /** Its slug or id. */
  tenant?: string
}

export interface AuthSignOutInput {
  refreshToken: string
}

export interface AuthSignUpInput {
  email: string
  /** 10 to 200 characters, and not one that everybody tries first. */
  password: string
  name: string
  organization: string
  /** Made of the organization’s name when absent. */
  slug?: string
}

export interface CommentsAddInput {
  ticketId: string
  body: string
  /** @default "public" */
  visibility?: 'public' | 'internal'
  /** The customer who said it, for example on the telephone. */
  customerId?: string
}

export interface CommentsListInput {
  ticketId: string
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface CustomersCreateInput {
  /** Kept in lower case. */
  email: string
  name: string
}

export interface CustomersListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
  /**
   * A minus sorts downwards.
   * @default "-createdAt"
   */
  sort?: 'createdAt' | '-createdAt' | 'email' | '-email'
  /** Kept in lower case. */
  email?: string
  /**
   * Any part of a text. Each page looks through 2000 rows, so it may have fewer items than `limit`, or
   * none: while there is a `nextCursor`, there may be more.
   */
  q?: string
}

export interface CustomersShowInput {
  id: string
}

export interface CustomersUpdateInput {
  id: string
  /** Kept in lower case. */
  email?: string
  name?: string
}

export interface InvitationsCreateInput {
  email: string
  /** @default "member" */
  role?: 'owner' | 'admin' | 'member'
}

export interface InvitationsListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface InvitationsResendInput {
  id: string
}

export interface InvitationsRevokeInput {
  id: string
}

export interface MembersListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
}

export interface MembersShowInput {
  id: string
}

export interface ReportsTicketsInput {
  /** Of the calendar, in UTC. */
  from: string
  /** Of the calendar, in UTC. */
  to: string
}

export interface TicketsListInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string
  /**
   * How many items at most.
   * @default 25
   */
  limit?: number
  /**
   * A minus sorts downwards.
   * @default "-createdAt"
   */
  sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'number' | '-number'
  number?: number
  status?: TicketStatus
  priority?: Priority
  customerId?: string
  /** `none`: those that nobody has. */
  assigneeId?: string
  /** Kept in lower case, with hyphens for spaces. */
  tag?: string
  /**
   * Any part of a text. Each page looks through 2000 rows, so it may have fewer items than `limit`, or
   * none: while there is a `nextCursor`, there may be more.
   */
  q?: string
}

export interface TicketsOpenInput {
  subject: string
  /** The customer's first comment. */
  body: string
  /**
   * By `id`, or by `email`: a customer with that address is found or made. `name` is for a new one, who
   * is called by the address without it.
   */
  customer: {
    id?: string
    /** Kept in lower case. */
    email?: string
    name?: string
  }
  priority?: Priority
  assigneeId?: string
  /** Each once; in the order given. */
  tags?: readonly string[]
}

export interface TicketsShowInput {
  id: string
}

export interface TicketsUpdateInput {
  id: string
  subject?: string
  status?: TicketStatus
  priority?: Priority
  assigneeId?: string | null
  /** Each once; in the order given. */
  tags?: readonly string[]
}

/** Every code that an answer can carry. */
export type ErrorCode =
  | 'desk.customer_not_found'
  | 'desk.email_taken'
  | 'desk.mail_busy'
  | 'desk.mail_conflict'
  | 'desk.mail_sender_missing'
  | 'desk.mail_too_complex'
  | 'desk.mail_unreadable'
  | 'desk.status_conflict'
  | 'desk.ticket_closed'
  | 'desk.ticket_not_found'
  | 'desk.unknown_assignee'
  | 'desk.unknown_customer'
  | 'http.forbidden'
  | 'http.headers_too_large'
  | 'http.idempotency_in_flight'
  | 'http.idempotency_key_reused'
  | 'http.internal'
  | 'http.invalid_cursor'
  | 'http.invalid_request'
  | 'http.method_not_allowed'
  | 'http.not_found'
  | 'http.payload_too_large'
  | 'http.precondition_failed'
  | 'http.request_timeout'
  | 'http.unauthenticated'
  | 'http.unavailable'
  | 'http.unsupported_media_type'
  | 'identity.already_invited'
  | 'identity.already_member'
  | 'identity.api_key_not_found'
  | 'identity.api_key_stronger'
  | 'identity.busy'
  | 'identity.credentials_refused'
  | 'identity.invitation_incomplete'
  | 'identity.invitation_not_found'
  | 'identity.owners_only'
  | 'identity.password_refused'
  | 'identity.permission_not_grantable'
  | 'identity.session_over'
  | 'identity.tenant_not_chosen'
  | 'identity.too_many_attempts'
  | 'identity.too_many_invited'
  | 'identity.too_many_letters'
  | 'members.member_not_found'
  | 'tenancy.consistency_token_refused'
  | 'tenancy.database_unavailable'
  | 'tenancy.outcome_unknown'
  | 'tenancy.pool_exhausted'
  | 'tenancy.provisioning_busy'
  | 'tenancy.provisioning_failed'
  | 'tenancy.slug_taken'
  | 'tenancy.tenant_moving'
  | 'unknown'

export interface Api {
  readonly apiKeys: {
    /**
     * Create an API key.
     *
     * The secret is in this answer only. A key can do no more than the key that makes it.
     *
     * Needs the permission `api-keys:write`.
     *
     * @throws ApiError `identity.permission_not_grantable` (400)
     */
    create(input: ApiKeysCreateInput, options?: CommandOptions): Promise<CreatedApiKey>
    /**
     * List the API keys that are valid.
     *
     * Needs the permission `api-keys:write`.
     */
    list(input?: ApiKeysListInput, options?: CallOptions): Pages<ApiKey>
    /**
     * Revoke an API key.
     *
     * It stops working at once on the node that is asked, and within 10 seconds on every other.
     *
     * Needs the permission `api-keys:write`.
     *
     * @throws ApiError `identity.api_key_stronger` (403), `identity.api_key_not_found` (404)
     */
    revoke(input: ApiKeysRevokeInput, options?: CommandOptions): Promise<void>
  }
  readonly auth: {
    /**
     * Accept an invitation.
     *
     * Makes the member and signs them in. Who has an account already gives its password; who has none, a
     * name and a new one.
     *
     * Takes no `Idempotency-Key`.
     *
     * @throws ApiError `identity.password_refused` (400), `identity.invitation_incomplete` (400),
     * `identity.credentials_refused` (401), `identity.invitation_not_found` (404),
     * `identity.already_member` (409), `identity.too_many_attempts` (429), `identity.busy` (503)
     */
    acceptInvitation(input: AuthAcceptInvitationInput, options?: CallOptions): Promise<SignedIn>
    /** The keys that access tokens are signed with. */
    keys(input?: Record<string, never>, options?: CallOptions): Promise<KeySet>
    /**
     * See to what a link invites.
     *
     * Whoever holds the link may know before they accept. A link that was used, replaced or revoked, has
     * expired or was made up: one answer.
     *
     * Takes no `Idempotency-Key`.
     *
     * @throws ApiError `identity.invitation_not_found` (404), `identity.too_many_attempts` (429)
     */
    lookUpInvitation(input: AuthLookUpInvitationInput, options?: CallOptions): Promise<InvitationLink>
    /**
     * Renew a session’s tokens.
     *
     * The refresh token is spent: the next time its successor is due. When the answer was lost, the same
     * token gives the same successor for ten seconds, with a new access token; any other use of a spent
     * token ends the session.
     *
     * Takes no `Idempotency-Key`.
     *
     * @throws ApiError `identity.session_over` (401)
     */
    refresh(input: AuthRefreshInput, options?: CallOptions): Promise<Tokens>
    /**
     * Sign in to a tenant.
     *
     * The tenant is that of the host (`acme.localhost`), or of the field `tenant`, or the only one there
     * is.
     *
     * Takes no `Idempotency-Key`.
     *
     * @throws ApiError `identity.credentials_refused` (401), `identity.tenant_not_chosen` (409),
     * `identity.too_many_attempts` (429), `identity.busy` (503)
     */
    signIn(input: AuthSignInInput, options?: CallOptions): Promise<SignedIn>
    /**
     * End a session.
     *
     * Its refresh tokens are worth nothing from now on; an access token that is out is valid until it
     * expires.
     *
     * Takes no `Idempotency-Key`.
     */
    signOut(input: AuthSignOutInput, options?: CallOptions): Promise<void>
    /**
     * Sign up: an account, a tenant and its owner’s session.
     *
     * Answers when the tenant is ready. Somebody who has an account already founds another tenant with its
     * password. It takes no `Idempotency-Key`: sent again it founds another tenant, or finds the `slug`
     * taken. Whose answer was lost signs in.
     *
     * Takes no `Idempotency-Key`.
     *
     * @throws ApiError `identity.password_refused` (400), `identity.credentials_refused` (401),
     * `identity.too_many_attempts` (429), `identity.busy` (503)
     */
    signUp(input: AuthSignUpInput, options?: CallOptions): Promise<SignedIn>
  }
  readonly comments: {
    /**
     * Comment on a ticket.
     *
     * In the name of the member whose key it is, or of the customer named. Public, what a customer says
     * opens a pending or solved ticket again. A closed ticket takes no comment.
     *
     * Needs the permission `desk:write`.
     *
     * @throws ApiError `desk.unknown_customer` (400), `desk.ticket_not_found` (404), `desk.ticket_closed`
     * (409)
     */
    add(input: CommentsAddInput, options?: CommandOptions): Promise<Comment>
    /**
     * List the comments on a ticket.
     *
     * The oldest first.
     *
     * Needs the permission `desk:read`.
     *
     * @throws ApiError `desk.ticket_not_found` (404)
     */
    list(input: CommentsListInput, options?: CallOptions): Pages<Comment>
  }
  readonly customers: {
    /**
     * Create a customer.
     *
     * Needs the permission `desk:write`.
     *
     * @throws ApiError `desk.email_taken` (409)
     */
    create(input: CustomersCreateInput, options?: CommandOptions): Promise<Customer>
    /**
     * List customers.
     *
     * By address exactly (`email`), or by any part of name and address (`q`).
     *
     * Needs the permission `desk:read`.
     */
    list(input?: CustomersListInput, options?: CallOptions): Pages<Customer>
    /**
     * Show a customer.
     *
     * Needs the permission `desk:read`.
     *
     * @throws ApiError `desk.customer_not_found` (404)
     */
    show(input: CustomersShowInput, options?: CallOptions): Promise<Customer>
    /**
     * Change a customer.
     *
     * Needs the permission `desk:write`.
     *
     * @throws ApiError `desk.customer_not_found` (404), `desk.email_taken` (409)
     */
    update(input: CustomersUpdateInput, options?: ChangeOptions): Promise<Customer>
  }
  readonly inboundMail: {
    /**
     * Receive a mail from a customer.
     *
     * Takes a raw message (RFC 5322). A reply (In-Reply-To, References) becomes a comment on its ticket;
     * anything else, and a reply to a closed ticket, opens a new one. A message that was received before
     * is not stored again: it gives its ticket.
     *
     * Needs the permission `desk:receive-mail`.
     *
     * @throws ApiError `desk.mail_conflict` (409), `desk.mail_unreadable` (422), `desk.mail_too_complex`
     * (422), `desk.mail_sender_missing` (422), `desk.mail_busy` (503)
     */
    receive(input: Bytes, options?: CommandOptions): Promise<ReceivedMail>
  }
  readonly invitations: {
    /**
     * Invite somebody by mail.
     *
     * The link is good for seven days, once. Only an owner makes owners.
     *
     * Needs the permission `members:write`.
     *
     * @throws ApiError `identity.owners_only` (403), `identity.already_member` (409),
     * `identity.already_invited` (409), `identity.too_many_invited` (409), `identity.too_many_letters`
     * (429)
     */
    create(input: InvitationsCreateInput, options?: CommandOptions): Promise<Invitation>
    /**
     * List the invitations that nobody has accepted.
     *
     * Needs the permission `members:write`.
     */
    list(input?: InvitationsListInput, options?: CallOptions): Pages<Invitation>
    /**
     * Send an invitation again.
     *
     * With a new link, good for another seven days. The one before is worth nothing from now on.
     *
     * Needs the permission `members:write`.
     *
     * @throws ApiError `identity.owners_only` (403), `identity.invitation_not_found` (404),
     * `identity.too_many_letters` (429)
     */
    resend(input: InvitationsResendInput, options?: CommandOptions): Promise<Invitation>
    /**
     * Revoke an invitation.
     *
     * Needs the permission `members:write`.
     *
     * @throws ApiError `identity.owners_only` (403), `identity.invitation_not_found` (404)
     */
    revoke(input: InvitationsRevokeInput, options?: CommandOptions): Promise<void>
  }
  readonly members: {
    /**
     * List the members of the tenant.
     *
     * Needs the permission `members:read`.
     */
    list(input?: MembersListInput, options?: CallOptions): Pages<Member>
    /**
     * Show one member.
     *
     * Needs the permission `members:read`.
     *
     * @throws ApiError `members.member_not_found` (404)
     */
    show(input: MembersShowInput, options?: CallOptions): Promise<Member>
  }
  readonly reports: {
    /**
     * Count tickets by day and status.
     *
     * Of the tickets opened from one day to another, at most 366 days. It may leave out what has been done
     * in the last seconds, but nothing that you have done or seen yourself.
     *
     * Needs the permission `desk:read`.
     */
    tickets(input: ReportsTicketsInput, options?: CallOptions): Promise<TicketReport>
  }
  readonly tickets: {
    /**
     * List tickets.
     *
     * Filters narrow each other. `q` searches subject, customer and comments.
     *
     * Needs the permission `desk:read`.
     */
    list(input?: TicketsListInput, options?: CallOptions): Pages<Ticket>
    /**
     * Open a ticket for a customer.
     *
     * Needs the permission `desk:write`.
     *
     * @throws ApiError `desk.unknown_customer` (400), `desk.unknown_assignee` (400)
     */
    open(input: TicketsOpenInput, options?: CommandOptions): Promise<Ticket>
    /**
     * Show a ticket.
     *
     * Needs the permission `desk:read`.
     *
     * @throws ApiError `desk.ticket_not_found` (404)
     */
    show(input: TicketsShowInput, options?: CallOptions): Promise<Ticket>
    /**
     * Change a ticket.
     *
     * Only the fields that are sent change; `tags` are replaced as a whole. A closed ticket stays as it
     * is.
     *
     * Needs the permission `desk:write`.
     *
     * @throws ApiError `desk.unknown_assignee` (400), `desk.ticket_not_found` (404), `desk.ticket_closed`
     * (409), `desk.status_conflict` (409)
     */
    update(input: TicketsUpdateInput, options?: ChangeOptions): Promise<Ticket>
  }
}

export const operations = {
  'api-keys.create': { method: 'POST', path: '/api/v1/api-keys', keyed: true },
  'api-keys.list': { method: 'GET', path: '/api/v1/api-keys', paged: true },
  'api-keys.revoke': { method: 'DELETE', path: '/api/v1/api-keys/{id}', keyed: true },
  'auth.accept-invitation': { method: 'POST', path: '/auth/invitations/accept', public: true },
  'auth.keys': { method: 'GET', path: '/.well-known/jwks.json', public: true },
  'auth.look-up-invitation': { method: 'POST', path: '/auth/invitations/look-up', public: true },
  'auth.refresh': { method: 'POST', path: '/auth/refresh', public: true },
  'auth.sign-in': { method: 'POST', path: '/auth/sign-in', public: true },
  'auth.sign-out': { method: 'POST', path: '/auth/sign-out', public: true },
  'auth.sign-up': { method: 'POST', path: '/auth/sign-up', public: true },
  'comments.add': { method: 'POST', path: '/api/v1/tickets/{ticketId}/comments', keyed: true },
  'comments.list': { method: 'GET', path: '/api/v1/tickets/{ticketId}/comments', paged: true },
  'customers.create': { method: 'POST', path: '/api/v1/customers', keyed: true },
  'customers.list': { method: 'GET', path: '/api/v1/customers', paged: true },
  'customers.show': { method: 'GET', path: '/api/v1/customers/{id}' },
  'customers.update': { method: 'PATCH', path: '/api/v1/customers/{id}', keyed: true },
  'inbound-mail.receive': { method: 'POST', path: '/api/v1/inbound-mail', accepts: 'message/rfc822', keyed: true },
  'invitations.create': { method: 'POST', path: '/api/v1/invitations', keyed: true },
  'invitations.list': { method: 'GET', path: '/api/v1/invitations', paged: true },
  'invitations.resend': { method: 'POST', path: '/api/v1/invitations/{id}/resend', keyed: true },
  'invitations.revoke': { method: 'DELETE', path: '/api/v1/invitations/{id}', keyed: true },
  'members.list': { method: 'GET', path: '/api/v1/members', paged: true },
  'members.show': { method: 'GET', path: '/api/v1/members/{id}' },
  'reports.tickets': { method: 'GET', path: '/api/v1/reports/tickets' },
  'tickets.list': { method: 'GET', path: '/api/v1/tickets', paged: true },
  'tickets.open': { method: 'POST', path: '/api/v1/tickets', keyed: true },
  'tickets.show': { method: 'GET', path: '/api/v1/tickets/{id}' },
  'tickets.update': { method: 'PATCH', path: '/api/v1/tickets/{id}', keyed: true },
} as const satisfies Operations
