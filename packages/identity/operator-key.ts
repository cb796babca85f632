import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether `presented` is the operator's key, in a time that does not depend on where they differ. */
export function isOperatorKey(presented: string, operatorKey: string): boolean {
  return timingSafeEqual(digest(presented), digest(operatorKey))
}

const digest = (text: string) => createHash('sha256').update(text).digest()
