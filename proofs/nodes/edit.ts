/** Words replaced in a source of the product, to break it. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** One edit after the other. @throws Error when there is nothing to replace: it would prove nothing */
export const breakSource = (source: string, edits: readonly Edit[]): string =>
  edits.reduce((text, { file, from, to }) => {
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" to break`)
    return text.replace(from, () => to)
  }, source)
