/** A small helpdesk, built on Rowhouse: a product is the list of its modules. The composition root serves it. */
import * as desk from './desk/desk.ts'

export const modules = [desk] as const

export { deskErrors } from './desk/errors.ts'
export { ticketOpened, ticketSolved } from './desk/events.ts'
export { mailErrors } from './mail/errors.ts'
export { demoDesks } from './demo/demo.ts'
export type { DemoDesk } from './demo/desk.ts'
export { seedDesk } from './demo/seed.ts'
