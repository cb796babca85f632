/** The typed client at two nodes: what one has done, the other sees once it is given the token. */
import { setTimeout as sleep } from 'node:timers/promises'
import { apiKey, createClient } from '@rowhouse/client'
import type { Tenant } from '../kills/commands.ts'
import { createRandom } from '../random.ts'
import { harms } from './callers.ts'
import type { Stage } from './stage.ts'

export async function useTypedClient(stage: Stage, tenant: Tenant, goesOn: () => boolean): Promise<void> {
  const { count, nodes, seed, signal } = stage
  const random = createRandom(seed, `typed ${tenant.slug}`)
  const open = () => nodes.map(({ origin }) => createClient({ origin, auth: apiKey(tenant.apiKey) }))
  while (goesOn() && !signal.aborted) {
    const [here, there] = random.chance(0.5) ? open() : open().toReversed()
    const subject = `typed${random.hex(24)}`
    try {
      const ticket = await here!.tickets.open({
        subject,
        body: subject,
        customer: { email: 'typed@customers.example' },
      })
      stage.ledgerOf(tenant).acknowledged(ticket.number)
      there!.consistency.include(here!.consistency.token()!)
      const seen = await there!.tickets.show({ id: ticket.id })
      if (seen.subject !== subject) throw new Error(`another ticket: ${seen.subject}`)
      count.add('pairs of the typed client')
    } catch (error) {
      if (!signal.aborted)
        count.find({ harm: harms.write, where: `typed client, ${tenant.tier} tier`, saw: String(error) })
    }
    await sleep(random.int(400))
  }
}
