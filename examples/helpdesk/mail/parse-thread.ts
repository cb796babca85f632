/** The thread of parse-aside.ts: one message in, what it says or why it is refused out. */
import { parentPort, workerData } from 'node:worker_threads'
import { RowhouseError } from '@rowhouse/kernel'
import { parseMail } from './parse.ts'

try {
  parentPort!.postMessage({ mail: await parseMail(workerData as Uint8Array) })
} catch (error) {
  if (!(error instanceof RowhouseError)) throw error
  parentPort!.postMessage({ refused: { code: error.code, operator: error.operator } })
}
