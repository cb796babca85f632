/** The commands that clients send, what each leaves behind, and how its trace is found again. */
import type { Random } from '../random.ts'
import type { House, Row } from './house.ts'
import type { Answer } from './send.ts'

/** A tenant that clients work in. */
export interface Tenant {
  readonly id: string
  readonly slug: string
  readonly tier: string
  readonly apiKey: string
}

export interface Request {
  readonly method?: 'POST' | 'PATCH'
  /** Below /api/v1. */
  readonly path: string
  /** Text is a mail, anything else is sent as JSON. */
  readonly body: unknown
}

export interface Command {
  readonly kind: Kind
  readonly tenant: Tenant
  /** Unguessable, and in whatever the command stores. */
  readonly token: string
  readonly request: Request
  /** The ticket that it is about. */
  readonly ticketId?: string
  /** What the client knows in the end. A refusal is an answer of class 4xx. */
  outcome: 'acknowledged' | 'refused' | 'unknown'
  answer?: Answer
  /** What its key gave later. */
  repeated?: Answer
  /** How many times it was sent. */
  sent: number
  /** A later command of the same client has replaced what this one wrote. */
  replaced?: boolean
}

/** One client's place in its work: it does one thing after the other, alone on its ticket, thread and stream. */
export interface Client {
  readonly tenant: Tenant
  readonly name: string
  readonly random: Random
  ticketId?: string
  /** The last that changed the ticket's tags. */
  tagged?: Command
  /** The last mail that it sent. */
  messageId?: string
  /** What the last answer told of where it is, where there are replicas: sent with the next. */
  consistency?: string
}

type Asked = Pick<Command, 'request' | 'ticketId'>

export interface Kind {
  readonly name: string
  /** How often, in hundredths. */
  readonly share: number
  /** Whether a sound server refuses it. */
  readonly refused?: true
  ask(client: Client, token: string): Asked
  /** What the client makes of the answer. */
  learn?(client: Client, command: Command, answer: Row): void
  /** The rows that it left. */
  traces(command: Command, house: House): readonly Row[]
  /** Whether the answer tells of that row. */
  tells?(answer: Row, row: Row): boolean
}

/** The ticket that a client works on; without one, it opens one first. */
export function chooseKind({ random, ticketId }: Client): Kind {
  let left = random.int(100)
  const kind = kinds.find(({ share }) => (left -= share) < 0)!
  return needTicket.has(kind) && ticketId === undefined ? open : kind
}

const open: Kind = {
  name: 'tickets.open',
  share: 20,
  ask: ({ random }, token) => ({
    request: {
      path: '/tickets',
      body: {
        subject: token,
        body: token,
        // Some customers are known, and others just being made by another client.
        customer: { email: random.chance(0.5) ? `${random.int(5)}@customers.example` : `${token}@new.example` },
      },
    },
  }),
  learn(client, _command, { id }) {
    client.ticketId = String(id)
    delete client.tagged
  },
  traces: ({ token }, { ticketsBySubject }) => ticketsBySubject.get(token) ?? [],
  tells: (answer, ticket) => answer['id'] === ticket['id'] && answer['number'] === ticket['number'],
}

const comment: Kind = {
  name: 'comments.add',
  share: 15,
  ask: ({ ticketId }, token) => ({
    ticketId: ticketId!,
    request: { path: `/tickets/${ticketId}/comments`, body: { body: token } },
  }),
  traces: ({ token, ticketId }, { commentsByBody }) =>
    (commentsByBody.get(token) ?? []).filter((row) => row['ticket_id'] === ticketId),
  tells: sameId,
}

const tag: Kind = {
  name: 'tickets.update',
  share: 10,
  ask: ({ ticketId }, token) => ({
    ticketId: ticketId!,
    request: { method: 'PATCH', path: `/tickets/${ticketId}`, body: { tags: [token] } },
  }),
  learn(client, command) {
    if (client.tagged) client.tagged.replaced = true
    client.tagged = command
  },
  traces: ({ token }, { ticketsByTag }) => ticketsByTag.get(token) ?? [],
  tells: sameId,
}

const solve: Kind = {
  name: 'tickets.update (solved)',
  share: 10,
  ask: ({ ticketId }) => ({
    ticketId: ticketId!,
    request: { method: 'PATCH', path: `/tickets/${ticketId}`, body: { status: 'solved' } },
  }),
  learn: (client) => void delete client.ticketId,
  traces: ({ ticketId }, { tickets }) => tickets.filter(({ id, status }) => id === ticketId && status === 'solved'),
  tells: sameId,
}

const mail: Kind = {
  name: 'inbound-mail.receive',
  share: 15,
  ask: ({ random, messageId }, token) => ({
    request: {
      path: '/inbound-mail',
      body: [
        `From: ${random.int(5)}@customers.example`,
        `Subject: ${token}`,
        `Message-ID: <${token}@mail.example>`,
        ...(messageId !== undefined && random.chance(0.5) ? [`In-Reply-To: ${messageId}`] : []),
        '',
        token,
      ].join('\r\n'),
    },
  }),
  learn: (client, { token }) => void (client.messageId = `<${token}@mail.example>`),
  traces: ({ token }, { commentsByBody }) => commentsByBody.get(token) ?? [],
  tells: (answer, { ticket_id }) => answer['ticketId'] === ticket_id,
}

const apiKey: Kind = {
  name: 'api-keys.create',
  share: 5,
  ask: (_client, token) => ({ request: { path: '/api-keys', body: { name: token, permissions: ['desk:read'] } } }),
  traces: ({ token }, { apiKeys }) => apiKeys.filter(({ name }) => name === token),
  tells: sameId,
}

const write: Kind = {
  name: 'journal.write',
  share: 20,
  ask: ({ tenant, name, random }, token) => ({
    request: {
      path: '/journal',
      body: {
        token,
        // Its own, where it writes one after the other, or the one in which all of the tenant's clients write at once.
        stream: random.chance(0.7) ? name : tenant.slug,
        // Some take their time, so that transactions end in another order than they began in.
        holdMs: random.chance(0.3) ? random.int(60) : 0,
      },
    },
  }),
  traces: written,
  tells: (answer, entry) => answer['stream'] === entry['stream'] && answer['position'] === entry['position'],
}

const writeInVain: Kind = {
  name: 'journal.write (refused)',
  share: 3,
  refused: true,
  ask: ({ name }, token) => ({ request: { path: '/journal', body: { token, stream: name, refuse: true } } }),
  traces: written,
}

const commentNowhere: Kind = {
  name: 'comments.add (refused)',
  share: 2,
  refused: true,
  ask: ({ random }, token) => ({ request: { path: `/tickets/${random.uuid()}/comments`, body: { body: token } } }),
  traces: ({ token }, { commentsByBody }) => commentsByBody.get(token) ?? [],
}

/** Together they make a hundred. */
export const kinds: readonly Kind[] = [open, comment, tag, solve, mail, apiKey, write, writeInVain, commentNowhere]

const needTicket = new Set([comment, tag, solve])

function written({ token }: Command, { entriesByToken }: House): readonly Row[] {
  return entriesByToken.get(token) ?? []
}

function sameId(answer: Row, row: Row): boolean {
  return answer['id'] === row['id']
}
