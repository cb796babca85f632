import type { ProgramDeclaration, ServerDeclaration } from './declaration.ts'
import { pgbouncer118, pgbouncer124 } from './pgbouncer.ts'
import { postgres15, postgres18 } from './postgres.ts'

/** Every server and program that `npm test` can provide. */
export const declarations: readonly (ProgramDeclaration | ServerDeclaration)[] = [
  postgres18,
  postgres15,
  pgbouncer118,
  pgbouncer124,
]
