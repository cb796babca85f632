/** The demo desks, by slug. */
import { acme } from './acme.ts'
import { globex } from './globex.ts'
import { initech } from './initech.ts'

export const demoDesks = { acme, globex, initech } as const
