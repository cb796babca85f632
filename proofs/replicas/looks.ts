/** Reads in which what a command has done must show, and reports, which may be late. */
import type { Command } from '../kills/commands.ts'
import type { Row } from '../kills/house.ts'
import type { Random } from '../random.ts'

export interface Look {
  readonly name: string
  /** Below /api/v1. */
  readonly path: string
  shows(body: Row): boolean
}

/** One of those that there are for what it did. */
export function lookFor(command: Command, random: Random): Look {
  const { kind, token } = command
  const answer = JSON.parse(command.answer!.body) as Row
  const id = command.ticketId ?? String(answer['id'])
  const show = (shows: (ticket: Row) => boolean): Look => ({ name: 'tickets.show', path: `/tickets/${id}`, shows })
  const list = (what: string, name = 'tickets.list'): Look => ({
    name,
    path: `/tickets?${what}`,
    shows: (page) => itemsOf(page).some((item) => item['id'] === id),
  })
  const search = list(`q=${token}`, 'tickets.list, searching')
  const rarely = random.chance(0.05)
  switch (kind.name) {
    case 'tickets.open':
      if (rarely) return search
      return random.chance(0.5) ? list(`number=${String(answer['number'])}`) : show(({ subject }) => subject === token)
    case 'comments.add': {
      const shows = (page: Row) => itemsOf(page).some(({ body }) => body === token)
      return rarely ? search : { name: 'comments.list', path: `/tickets/${id}/comments?limit=100`, shows }
    }
    case 'tickets.update':
      return rarely ? list(`tag=${token}`) : show(({ tags }) => (tags as string[]).includes(token))
    case 'tickets.update (solved)':
      return show(({ status }) => status === 'solved')
    default:
      throw new Error(`Nobody looks for what ${kind.name} does`)
  }
}

const itemsOf = (page: Row) => page['items'] as Row[]

const dayMs = 24 * 60 * 60 * 1_000
const day = (offset: number) => new Date(Date.now() + offset * dayMs).toISOString().slice(0, 10)

/** Of all tickets, whenever midnight comes. */
export const reportPath = () => `/reports/tickets?from=${day(-1)}&to=${day(1)}`

export const ticketsIn = (report: Row): number =>
  Object.values(report['tickets'] as Record<string, number>).reduce((sum, count) => sum + count, 0)
