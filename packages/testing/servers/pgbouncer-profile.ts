import { readFileSync } from 'node:fs'

export type Settings = Readonly<Record<string, string | number>>

/**
 * The settings of deploy/pgbouncer/pgbouncer.ini that a PgBouncer of this version knows. There a setting that is newer
 * than the oldest supported version stands below a line `; Since 1.21`.
 */
export function recommended(version: string): Settings {
  const settings: Record<string, string> = {}
  let since = '0'
  for (const line of readFileSync(profile, 'utf8')
    .split(/^\[pgbouncer\]$/m)[1]!
    .split('\n')) {
    const [, newer] = /^; Since ([\d.]+)$/.exec(line) ?? []
    const [, name, value] = /^(\w+) *= *(.*)$/.exec(line) ?? []
    if (newer !== undefined) since = newer
    if (name === undefined || value === undefined) continue
    if (isAtLeast(version, since)) settings[name] = value
    since = '0'
  }
  return settings
}

/** PgBouncer's own form. One entry serves every database, under its own name. */
export const iniFile = (target: URL, settings: Settings) =>
  [
    '[databases]',
    `* = host=${target.hostname} port=${target.port || 5432}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    '',
  ].join('\n')

/** Compares `1.18.0` and `1.21` by their numbers. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number)) as [number[], number[]]
  for (const [at, number] of want.entries()) if ((have[at] ?? 0) !== number) return (have[at] ?? 0) > number
  return true
}

const profile = new URL('../../../deploy/pgbouncer/pgbouncer.ini', import.meta.url)
