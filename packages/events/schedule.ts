/** Whose turn it is. Tenants go round, so that none waits longer because another has much to do, or takes long. */
export interface Schedule {
  /**
   * Adds a piece of work, once: while it waits, adding it again changes nothing; while it runs, it runs once more
   * afterwards. It must not throw. Work of which too much waits is dropped: whoever sweeps finds it again.
   */
  add(tenantId: string, name: string, work: () => Promise<void>): void
  /** Begins nothing more, and waits for what runs. */
  stop(): Promise<void>
}

export interface ScheduleOptions {
  /** Pieces of work at once. */
  readonly total: number
  /** Of one tenant. Less than `total`, or one could hold up the others. */
  readonly perTenant: number
  /** Of one tenant. */
  readonly maxWaiting: number
}

type Work = () => Promise<void>

interface Lane {
  readonly waiting: Map<string, Work>
  /** With what is to be done afterwards. */
  readonly running: Map<string, Work | undefined>
}

export function createSchedule({ total, perTenant, maxWaiting }: ScheduleOptions): Schedule {
  /** In the order of their turns. */
  const lanes = new Map<string, Lane>()
  const running = new Set<Promise<void>>()
  let stopped = false

  function begin(): void {
    while (running.size < total) {
      const tenantId = next()
      if (tenantId === undefined) return
      const lane = lanes.get(tenantId)!
      lanes.delete(tenantId)
      lanes.set(tenantId, lane)
      const [name, work] = lane.waiting.entries().next().value!
      lane.waiting.delete(name)
      const run = runIn(tenantId, lane, name, work)
        .finally(() => running.delete(run))
        .then(begin)
      running.add(run)
    }
  }

  function next(): string | undefined {
    if (stopped) return undefined
    for (const [tenantId, lane] of lanes) {
      if (lane.waiting.size > 0 && lane.running.size < perTenant) return tenantId
    }
    return undefined
  }

  async function runIn(tenantId: string, lane: Lane, name: string, work: Work): Promise<void> {
    lane.running.set(name, undefined)
    await work()
    const again = lane.running.get(name)
    lane.running.delete(name)
    if (again) lane.waiting.set(name, again)
    // To the end of the row: whoever came meanwhile and has had no turn yet is before it.
    lanes.delete(tenantId)
    if (lane.waiting.size + lane.running.size > 0) lanes.set(tenantId, lane)
  }

  return {
    add(tenantId, name, work) {
      let lane = lanes.get(tenantId)
      if (!lane) lanes.set(tenantId, (lane = { waiting: new Map(), running: new Map() }))
      if (lane.running.has(name)) lane.running.set(name, work)
      else if (lane.waiting.size < maxWaiting && !lane.waiting.has(name)) lane.waiting.set(name, work)
      begin()
    },
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  }
}
