/** Holds what clients were told against what is in the database. Each fault is a line for the reader. */
import type { Command } from './commands.ts'
import type { House, Row } from './house.ts'

/** Every command by what was answered: done is there once and as the answer says, refused is not there, unknown at most once. */
export function checkCommands(commands: readonly Command[], house: House): string[] {
  return commands.flatMap((command) => {
    const { kind, outcome, answer, token, sent, replaced } = command
    const fault = (what: string) =>
      `${kind.name} ${token}, ${outcome} after ${sent} ${sent === 1 ? 'request' : 'requests'}: ${what}`
    const traces = kind.traces(command, house)
    const faults = traces.length > 1 ? [fault(`it is there ${traces.length} times`)] : []
    if (outcome === 'acknowledged' && !replaced && traces.length === 0) faults.push(fault('it is not there'))
    if ((outcome === 'refused' || replaced) && traces.length > 0) faults.push(fault('it is there'))
    if (outcome === 'refused' && !kind.refused) faults.push(fault(`nothing was wrong with it: ${answer!.body}`))
    if (outcome === 'acknowledged' && kind.refused) faults.push(fault('it should have been refused'))
    if (outcome === 'acknowledged' && traces[0] && kind.tells?.(JSON.parse(answer!.body) as Row, traces[0]) === false) {
      faults.push(fault(`the answer tells of another: ${answer!.body}`))
    }
    return faults
  })
}

/** What is half there, whoever made it. */
export function checkWhole({ tickets, comments, commentsByTicket, lastNumber }: House): string[] {
  const faults: string[] = []
  const numbers = tickets.map(({ number }) => Number(number)).toSorted((one, other) => one - other)
  if (numbers.some((number, at) => number !== at + 1))
    faults.push(`ticket numbers have gaps or doubles: ${numbers.join(' ')}`)
  if (lastNumber !== tickets.length) faults.push(`${tickets.length} tickets, and ${lastNumber} numbers given out`)
  for (const { id, subject, customer_id } of tickets) {
    const first = commentsByTicket.get(String(id))?.[0]
    if (first?.['customer_id'] !== customer_id || first?.['body'] !== subject) {
      faults.push(`ticket ${String(subject)} is without its first comment`)
    }
  }
  const known = new Set(tickets.map(({ id }) => id))
  if (comments.some(({ ticket_id }) => !known.has(ticket_id))) faults.push('a comment is without its ticket')
  return faults
}

/** Whatever happened was told once to whoever subscribes, what did not happen was not, and in each stream in order. */
export function checkEffects({ tickets, entries, effects }: House): string[] {
  const happened = [
    ...tickets.map(({ id }) => `opened ${String(id)}`),
    ...tickets.filter(({ status }) => status === 'solved').map(({ id }) => `solved ${String(id)}`),
    ...[...entries.values()].flat().map(({ stream, position }) => `written ${String(stream)} ${String(position)}`),
  ]
  const told = Map.groupBy(effects, ({ event, stream, position }) =>
    [event, stream, ...(event === 'written' ? [position] : [])].join(' '),
  )
  const faults = happened
    .filter((what) => told.get(what)?.length !== 1)
    .map((what) => `"${what}" had its effect ${told.get(what)?.length ?? 0} times`)
  const known = new Set(happened)
  for (const what of told.keys()) if (!known.has(what)) faults.push(`"${what}" had an effect and did not happen`)

  for (const [stream, list] of Map.groupBy(effects, ({ stream }) => String(stream))) {
    const order = list.map(({ event, position }) =>
      event === 'written' ? Number(position) : Number(event === 'solved'),
    )
    const at = order.findIndex((position, index) => index > 0 && position < order[index - 1]!)
    if (at > 0) faults.push(`out of order in ${stream}: ${order.slice(Math.max(0, at - 3), at + 3).join(' ')}`)
  }
  return faults
}
