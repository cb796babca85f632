import type { Writable } from 'node:stream'
import type pg from 'pg'

/** Sends messages that end with a Sync, as they are, and resolves when they are answered, whatever the answer. */
export async function exchange(client: pg.Client, messages: readonly Buffer[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const ignore = () => {}
  const exchange = {
    // What it returns is taken for an error.
    submit: ({ stream }: { readonly stream: Writable }) => void stream.write(Buffer.concat(messages)),
    handleRowDescription: ignore,
    handleDataRow: ignore,
    handlePortalSuspended: ignore,
    handleCommandComplete: ignore,
    handleEmptyQuery: ignore,
    handleCopyInResponse: ignore,
    handleCopyData: ignore,
    handleError: () => resolve(),
    handleReadyForQuery: () => resolve(),
  }
  client.query(exchange as unknown as pg.Submittable)
  await promise
}
