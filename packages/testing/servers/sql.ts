import { Client, type QueryResultRow } from 'pg'

/** Runs one statement on a connection of its own; without values by the simple protocol. */
export async function sql(url: string, text: string, values: readonly unknown[] = []): Promise<QueryResultRow[]> {
  const client = new Client({ connectionString: url })
  // A lost connection fails the statement as well.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows
  } finally {
    await client.end()
  }
}
