let armed: { name: string; visitsLeft: number } | undefined

/**
 * A named place where a proof can kill the process, as a power cut would. Inert unless armed.
 * Put one wherever a crash would leave work half done.
 */
export function crashPoint(name: string): void {
  if (armed?.name !== name) return
  armed.visitsLeft -= 1
  if (armed.visitsLeft === 0) process.kill(process.pid, 'SIGKILL')
}

/** Arms one crash point: `name` dies at its first visit, `name#3` at its third. */
export function armCrashPoint(spec: string): void {
  const [name = '', visit = '1'] = spec.split('#')
  armed = { name, visitsLeft: Number(visit) }
}
