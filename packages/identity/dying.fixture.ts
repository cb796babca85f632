/** A program in which a person does one thing, and which is killed on the way: `node dying.fixture.ts '<Dying as JSON>'`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { armCrashPoint } from '@rowhouse/kernel'
import { type IdentityDeployment, openNodes } from './identity.fixture.ts'

interface Dying {
  readonly deployment: IdentityDeployment
  readonly crashAt: string
  readonly act:
    | { readonly signUp: { readonly email: string; readonly slug: string; readonly password: string } }
    | { readonly accept: { readonly token: string; readonly password: string } }
    | { readonly refresh: string }
    | { readonly signOut: string }
}

/** Runs it. @throws Error when it was not killed at the crash point */
export async function die(dying: Dying): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(dying)], {
    stdio: 'inherit',
  })
  const [code, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error(`It ended with ${String(code ?? signal)} instead of dying`)
}

if (import.meta.main) {
  const { deployment, crashAt, act } = JSON.parse(process.argv[2]!) as Dying
  armCrashPoint(crashAt)
  const { people } = openNodes(deployment).node()
  const here = { name: 'Ada', address: '127.0.0.1' }
  if ('signUp' in act) await people.signUp({ ...act.signUp, ...here, organization: 'Acme' })
  else if ('accept' in act) await people.acceptInvitation({ ...act.accept, ...here, hostTenantId: null })
  else if ('refresh' in act) await people.refresh(act.refresh, null)
  else await people.signOut(act.signOut, null)
}
