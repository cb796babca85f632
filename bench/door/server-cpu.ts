import { readFileSync } from 'node:fs'
import pg from 'pg'

/** How much CPU time a PostgreSQL on this machine has used, told by the kernel. Linux only; elsewhere it says 0. */
export interface ServerCpu {
  /** Of all backends that are alive now, in microseconds. */
  usedUs(): Promise<number>
  stop(): Promise<void>
}

export async function watchServerCpu(adminUrl: string): Promise<ServerCpu> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  return {
    async usedUs() {
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      return rows.reduce((sum, { pid }) => sum + runtimeUs(pid), 0)
    },
    stop: () => client.end(),
  }
}

/** The first number of schedstat: nanoseconds on a processor (Linux, Documentation/scheduler/sched-stats.rst). */
function runtimeUs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000
  } catch {
    return 0
  }
}
