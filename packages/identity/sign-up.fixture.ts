/** A program in which somebody signs up, and which is killed on the way: `node sign-up.fixture.ts '<Dying as JSON>'`. */
import { armCrashPoint } from '@rowhouse/kernel'
import { type IdentityDeployment, openNodes } from './identity.fixture.ts'

export interface Dying {
  readonly deployment: IdentityDeployment
  readonly email: string
  readonly slug: string
  readonly password: string
  readonly crashAt: string
}

if (import.meta.main) {
  const { deployment, crashAt, ...newcomer } = JSON.parse(process.argv[2]!) as Dying
  armCrashPoint(crashAt)
  const { node } = openNodes(deployment)
  await node().people.signUp({ ...newcomer, name: 'Ada', organization: 'Acme', address: '127.0.0.1' })
}
