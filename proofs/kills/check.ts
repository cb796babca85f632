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
