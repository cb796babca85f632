import type { ServerDeclaration } from './declaration.ts'
import { postgres15, postgres18 } from './postgres.ts'

/** Every server that `npm test` can provide. */
export const declarations: readonly ServerDeclaration[] = [postgres18, postgres15]
