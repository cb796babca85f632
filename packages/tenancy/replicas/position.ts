/** A point in the history of a tenant: what has been committed before it can be seen by whoever has come as far. */
export interface Position {
  readonly clusterName: string
  /** Of the cluster: raised by every promotion, and then what was written on the one before may be lost. */
  readonly timeline: number
  /** Of the cluster's log, in bytes. */
  readonly lsn: bigint
  /** Of the tenant: raised by every move. */
  readonly epoch: number
}

/**
 * What one caller has seen of its tenant, and must see from now on: it goes with a call to wherever something is read or
 * written, and comes back with its answer.
 */
export interface Horizon {
  /** Undefined for whoever has seen nothing yet. */
  readonly position: Position | undefined
  /** Which server answered last: a replica, by its number. */
  server?: 'primary' | number
  /** Never backwards within one history; of another history (promoted, moved) the newcomer counts. */
  advance(position: Position): void
}

export function createHorizon(position?: Position): Horizon {
  let seen = position
  return {
    get position() {
      return seen
    },
    advance(next) {
      if (!seen || !isOneHistory(seen, next) || next.lsn > seen.lsn) seen = next
    },
  }
}

/** The latest of what several calls of one caller have seen. */
export const latest = (positions: readonly Position[]): Position | undefined =>
  positions.toSorted((one, other) => compare(one, other)).at(-1)

/** Where a tenant's home is in the log, as the primary said; nowhere when it said nothing. */
export function positionOf(home: Home, row: Record<string, unknown> | undefined): Position {
  if (!row) return nowhere(home)
  const { clusterName, epoch } = home
  return { clusterName, epoch, timeline: row['timeline'] as number, lsn: parseLsn(row['lsn'] as string) }
}

type Home = Pick<Position, 'clusterName' | 'epoch'>

/** Where no standby ever is: something has been done that has no place yet. The primary is asked until it gives one. */
export const nowhere = ({ clusterName, epoch }: Home): Position => ({ clusterName, epoch, timeline: 0, lsn: maxLsn })

const maxLsn = 2n ** 64n - 1n

export const isOneHistory = (one: Omit<Position, 'lsn'>, other: Omit<Position, 'lsn'>): boolean =>
  one.clusterName === other.clusterName && one.timeline === other.timeline && one.epoch === other.epoch

/** Nowhere is behind nothing of its epoch. */
const compare = (one: Position, other: Position): number =>
  one.epoch - other.epoch ||
  Number(one.lsn === maxLsn) - Number(other.lsn === maxLsn) ||
  one.timeline - other.timeline ||
  (one.lsn < other.lsn ? -1 : 1)

/** As PostgreSQL writes it: `16/B374D848`. */
export const lsnText = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase()

export function parseLsn(text: string): bigint {
  const [high = '', low = ''] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}
