/** What the prober did not get at: then "0 leaks" would say nothing of it, and the proof falls short. */
import { pointerOf } from './api.ts'
import type { Scene } from './scene.ts'

export function findGaps({ api, covered, tally }: Scene): void {
  for (const { name, places, accepts, headers } of api) {
    if (!covered.has(name) && !elsewhere.has(name)) tally.find('uncovered', name, 'it has succeeded for nobody')
    if (accepts !== undefined && !['application/json', 'message/rfc822'].includes(accepts))
      tally.find('uncovered', name, `nothing here knows where in ${accepts} an id can stand`)
    for (const header of headers) {
      if (!knownHeaders.has(header))
        tally.find('uncovered', `${name} ${header}`, 'nothing here knows what this header names')
    }
    for (const place of places) {
      const known = elsewhere.has(`${name} ${pointerOf(place)}`)
      if (place.kind === 'text' || known || covered.has(`${name} ${pointerOf(place)}`)) continue
      tally.find('uncovered', `${name} ${pointerOf(place)}`, `no other tenant’s ${place.kind} was tried there`)
    }
  }
}

/** Signing up is how tenants of the shared tier come about here; that it tells of an account is one of the known bounds. */
const elsewhere = new Set(['auth.sign-up', 'auth.sign-up /email'])

/** Other tenants' tokens of consistency exist only beside replicas: proofs/replicas/strangers.ts tries them. */
const knownHeaders = new Set(['idempotency-key', 'if-match', 'if-none-match', 'rowhouse-consistency'])
