/** The threads of parse-aside.ts: a message in, what it says or why it is refused out. */
import { parentPort } from 'node:worker_threads'
import { RowhouseError } from '@rowhouse/kernel'
import type { Outcome } from './parse-aside.ts'
import { parseMail } from './parse.ts'

parentPort!.on('message', (raw: Uint8Array) => {
  void outcomeOf(raw).then((outcome) => parentPort!.postMessage(outcome))
})

async function outcomeOf(raw: Uint8Array): Promise<Outcome> {
  try {
    return { mail: await parseMail(raw) }
  } catch (error) {
    if (!(error instanceof RowhouseError)) throw error
    const { code, operator, errors } = error
    return { refused: { code, ...(operator && { operator }), ...(errors && { errors }) } }
  }
}
