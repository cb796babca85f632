export const statuses = ['open', 'pending', 'solved', 'closed'] as const

export type Status = (typeof statuses)[number]

/**
 * Which steps there are. `pending` waits for the customer, `solved` awaits the customer's objection, and closed is closed:
 * such a ticket takes no change and no comment.
 */
const steps: Record<Status, readonly Status[]> = {
  open: ['pending', 'solved', 'closed'],
  pending: ['open', 'solved', 'closed'],
  solved: ['open', 'closed'],
  closed: [],
}

/** The statuses that a ticket may have when it is to become `next`; to stay as it is, any but closed. */
export const statusesBefore = (next: Status | undefined): Status[] =>
  statuses.filter(
    (status) => status !== 'closed' && (next === undefined || next === status || steps[status].includes(next)),
  )
