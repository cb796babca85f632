/** A list as the API gives it: `items`, and where the next page begins. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Null on the last page. */
  readonly nextCursor: string | null
}

/** A list, asked for as it is read: `for await (const ticket of client.tickets.list())`. */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** One page: the first, or the one of the input's `cursor`. */
  page(): Promise<Page<Item>>
  /** Page by page. */
  pages(): AsyncIterable<Page<Item>>
}

/** @param fetchPage with the cursor of the page; undefined for the one to begin with. */
export function pagesOf<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>): Pages<Item> {
  async function* pages() {
    let cursor: string | null | undefined
    while (cursor !== null) {
      const page = await fetchPage(cursor)
      yield page
      cursor = page.nextCursor
    }
  }
  return {
    page: () => fetchPage(undefined),
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { items } of pages()) yield* items
    },
  }
}
