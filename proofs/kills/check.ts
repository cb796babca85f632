/** Holds what clients were told against what is in the database. Each fault is a line for the reader. */
import type { Command } from './commands.ts'
import type { House, Row } from './house.ts'

/** Every command by what was answered: done is there once and as the answer says, refused is not there, unknown at most once. */
export function checkCommands(commands: readonly Command[], house: House): string[] {
  return commands.flatMap((command) => {
    const { kind, outcome, answer, repeated, token, sent, replaced } = command
    const fault = (what: string) =>
      `${kind.name} ${token}, ${outcome} after ${sent} ${sent === 1 ? 'request' : 'requests'}: ${what}`
    const traces = kind.traces(command, house)
    const faults = traces.length > 1 ? [fault(`it is there ${traces.length} times`)] : []
    if (outcome === 'acknowledged' && !replaced && traces.length === 0) faults.push(fault('it is not there'))
    if ((outcome === 'refused' || replaced) && traces.length > 0) faults.push(fault('it is there'))
    if (outcome === 'refused' && !kind.refused) faults.push(fault(`nothing was wrong with it: ${answer!.body}`))
    if (outcome === 'acknowledged' && kind.refused) faults.push(fault('it should have been refused'))
    if (repeated && (repeated.status !== answer!.status || repeated.body !== answer!.body)) {
      faults.push(fault(`its key gave ${answer!.body} first, and ${repeated.body} later`))
    }
    if (outcome === 'acknowledged' && traces[0] && kind.tells?.(JSON.parse(answer!.body) as Row, traces[0]) === false) {
      faults.push(fault(`the answer tells of another: ${answer!.body}`))
    }
    return faults
  })
}

/** What is half there, whoever made it. */
export function checkWhole({ tickets, comments, commentsByTicket, entries, lastNumber }: House): string[] {
  const faults: string[] = []
  faults.push(
    ...counted(
      'ticket numbers',
      tickets.map(({ number }) => Number(number)),
    ),
  )
  if (lastNumber !== tickets.length) faults.push(`${tickets.length} tickets, and ${lastNumber} numbers given out`)
  for (const { id, subject, customer_id } of tickets) {
    const first = commentsByTicket.get(String(id))?.find((comment) => comment['customer_id'] !== null)
    if (first?.['customer_id'] !== customer_id || first?.['body'] !== subject) {
      faults.push(`ticket ${String(subject)} is without its first comment`)
    }
  }
  const known = new Set(tickets.map(({ id }) => id))
  if (comments.some(({ ticket_id }) => !known.has(ticket_id))) faults.push('a comment is without its ticket')
  for (const [stream, list] of Map.groupBy(entries, (entry) => String(entry['stream']))) {
    faults.push(
      ...counted(
        `entries of ${stream}`,
        list.map(({ position }) => Number(position)),
      ),
    )
  }
  return faults
}

/** From 1 on, each once. */
function counted(what: string, numbers: readonly number[]): string[] {
  const sorted = numbers.toSorted((one, other) => one - other)
  const at = sorted.findIndex((number, index) => number !== index + 1)
  return at === -1 ? [] : [`${what} have gaps or doubles: ${sorted.slice(Math.max(0, at - 2), at + 3).join(' ')}`]
}

/** What happened had its effect once, what did not happen had none, and the effects of each stream are in its order. */
export function checkEffects({ tickets, comments, entries, effects }: House): string[] {
  const solved = tickets.filter(({ status }) => status === 'solved')
  const happened = [
    ...tickets.map(({ id, number }) => `opened ${String(id)} ${String(number)}`),
    ...solved.map(({ id, number }) => `solved ${String(id)} ${String(number)}`),
    ...entries.map(({ stream, position }) => `written ${String(stream)} ${String(position)}`),
    ...tickets.map(({ id }) => `replied to ${String(id)}`),
  ]
  const replies = comments.filter(({ body }) => String(body).startsWith('We have your message'))
  const told = Map.groupBy(
    [
      ...effects.map(({ event, about, position }) => `${String(event)} ${String(about)} ${String(position)}`),
      ...replies.map(({ ticket_id }) => `replied to ${String(ticket_id)}`),
    ],
    (what) => what,
  )
  const known = new Set(happened)
  const faults = happened
    .filter((what) => told.get(what)?.length !== 1)
    .map((what) => `"${what}" ${told.has(what) ? `had its effect ${told.get(what)!.length} times` : 'had no effect'}`)
  for (const what of told.keys()) if (!known.has(what)) faults.push(`"${what}" had an effect and did not happen`)

  const written = effects.filter(({ event }) => event === 'written')
  for (const [stream, list] of Map.groupBy(written, ({ about }) => String(about))) {
    const order = list.map(({ position }) => Number(position))
    const at = order.findIndex((position, index) => index > 0 && position < order[index - 1]!)
    if (at > 0) faults.push(`out of order in ${stream}: ${order.slice(Math.max(0, at - 3), at + 3).join(' ')}`)
  }
  return faults
}
