import { access, constants } from 'node:fs/promises'
import { type Browser, chromium } from 'playwright-core'
import { apt } from './servers/apt.ts'
import { testingErrors } from './servers/provide.ts'

/**
 * A browser with a profile of its own, gone when it is closed. The program is the one that `CHROMIUM` names, one on
 * this machine, or the one that the machine's package client gets.
 *
 * @param options.hosts names that lead to an address of this machine: `{ 'desk.test': '127.0.0.1' }`
 * @throws testing.missing_server with the command that gets it
 */
export async function launchChromium(options: { readonly hosts?: Record<string, string> } = {}): Promise<Browser> {
  const rules = Object.entries(options.hosts ?? {}).map(([name, address]) => `MAP ${name} ${address}`)
  return chromium.launch({
    executablePath: (await find()) ?? (await install()),
    args: [...quiet, ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : [])],
  })
}

/** It is to load what a test asks for, and nothing on its own account. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

async function find(): Promise<string | undefined> {
  const named = process.env['CHROMIUM']
  if (named) return named
  for (const program of ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'])
    if (await isProgram(program)) return program
  return undefined
}

async function install(): Promise<string> {
  const source = apt('chromium')
  if (await source.isUsable()) await source.get()
  const program = await find()
  if (program !== undefined) return program
  throw testingErrors.missingServer({
    operator: `Chromium is not on this machine. To get it:  ${source.command}   or   CHROMIUM=<its program>`,
  })
}

const isProgram = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
