import { z } from 'zod'
import { defineErrors } from './errors.ts'

export const configErrors = defineErrors('config', {
  invalid: {
    status: 500,
    title: 'Invalid configuration',
    detail: 'The server is not configured correctly.',
    operator:
      'Every problem is listed with its variable: correct them, then start again. See docs/reference/config.md.',
  },
})

/** One setting: an environment variable, what it may hold, and what it is for. */
export interface Setting<T = unknown> {
  readonly variable: string
  readonly schema: z.ZodType<T, string | undefined>
  /** The default as written in the environment; absent when there is none. */
  readonly default?: string
  readonly about: string
  /** A secret is masked wherever configuration is shown. */
  readonly secret: boolean
}

export type Settings = Readonly<Record<string, Setting>>
export type Config<S extends Settings> = { readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never }

/** Declares a setting. The schema reads the variable's text: `z.coerce.number().int()`, `z.url().optional()`. */
export function setting<T>(
  variable: string,
  schema: z.ZodType<T>,
  about: string,
  options: { readonly default?: string; readonly secret?: boolean } = {},
): Setting<T> {
  const { default: fallback, secret = false } = options
  const read = schema as z.ZodType<T, string | undefined>
  return { variable, schema: read, about, secret, ...(fallback === undefined ? {} : { default: fallback }) }
}

/** Groups settings; exists for its type, so that `readConfig` knows each value's. */
export const defineConfig = <const S extends Settings>(settings: S): S => settings

/**
 * Reads every setting from `environment`. An empty variable counts as absent.
 *
 * @throws config.invalid naming every problem at once, never the value of a secret.
 */
export function readConfig<S extends Settings>(
  settings: S,
  environment: Readonly<Record<string, string | undefined>>,
): Config<S> {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { variable, schema, default: fallback, secret }] of Object.entries(settings)) {
    const text = environment[variable] || fallback
    const result = schema.safeParse(text)
    if (result.success) values[name] = result.data
    else problems.push(`${variable}${secret || text === undefined ? '' : `=${text}`}: ${reason(result.error)}`)
  }
  if (problems.length > 0)
    throw configErrors.invalid({ operator: `Invalid configuration:\n  ${problems.join('\n  ')}` })
  return values as Config<S>
}

/** What is in force, by variable, with secrets masked: for `rowhouse config` and the start-up log. */
export function maskedConfig<S extends Settings>(settings: S, config: Config<S>): Record<string, string> {
  const shown = Object.entries(settings).map(([name, { variable, secret }]) => {
    const value = config[name]
    return [variable, value === undefined ? '' : secret ? '********' : String(value)]
  })
  return Object.fromEntries(shown)
}

/** The reference page, generated from the settings so that it cannot fall behind. */
export function configReference(settings: Settings): string {
  const rows = Object.values(settings).map(
    ({ variable, default: fallback, about }) =>
      `| \`${variable}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${about} |`,
  )
  return [
    '# Configuration',
    '',
    'Read from the environment, all at once, when a process starts.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** `.env.example`, generated: every variable commented out, with its default and meaning. */
export function envExample(settings: Settings): string {
  return Object.values(settings)
    .map(({ variable, default: fallback = '', about }) => `# ${about}\n# ${variable}=${fallback}\n`)
    .join('\n')
}

const reason = (error: z.ZodError) => error.issues.map((issue) => issue.message).join('; ')
