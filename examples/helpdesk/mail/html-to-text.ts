import { decodeHTML } from 'entities/decode'

/**
 * Readable text from the HTML of a mail: paragraphs, list items, table rows and line breaks become lines, quotations get
 * `> `, a link keeps its address behind its words. What is not for reading (script, style, comments, attributes)
 * goes. The result is plain text and still has to be escaped where it is shown as HTML.
 *
 * One pass from left to right, so the time grows with the length and with nothing else. Input beyond a million
 * characters is not read.
 */
export function htmlToText(html: string): string {
  const input = html.slice(0, 1_000_000)
  const page = createPage()
  let position = 0
  while (position < input.length) {
    const open = input.indexOf('<', position)
    page.write(input.slice(position, open < 0 ? undefined : open))
    if (open < 0) break
    position = readMarkup(input, open, page)
  }
  return page.text()
}

type Page = ReturnType<typeof createPage>

/** Reads the tag, comment or stray `<` at `open` and returns where it ends. */
function readMarkup(input: string, open: number, page: Page): number {
  if (input.startsWith('<!--', open)) return after(input, '-->', open + 4)
  const kind = input[open + 1] ?? ''
  if (kind === '!' || kind === '?') return after(input, '>', open)
  const closing = kind === '/'
  const name = /[a-z][a-z0-9:-]{0,40}/iy
  name.lastIndex = open + (closing ? 2 : 1)
  const tag = name.exec(input)?.[0].toLowerCase()
  if (!tag) {
    page.write('<')
    return open + 1
  }
  const end = endOfTag(input, name.lastIndex)
  if (closing) closeTag(tag, page)
  else openTag(tag, input.slice(name.lastIndex, end), page)
  return !closing && unread.has(tag) ? closeOf(input, tag, end) : end
}

const unread = new Set(['script', 'style', 'title', 'template', 'textarea', 'iframe', 'object', 'noembed', 'xml'])
const paragraphs = new Set(['p', 'table', 'ul', 'ol', 'dl', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'blockquote'])
const lines = new Set([
  'div',
  'tr',
  'li',
  'dt',
  'dd',
  'hr',
  'section',
  'article',
  'header',
  'footer',
  'address',
  'form',
])

function openTag(tag: string, attributes: string, page: Page) {
  if (tag === 'br') page.breakLine()
  else if (paragraphs.has(tag)) page.breakBlock(2)
  else if (lines.has(tag)) page.breakBlock(1)
  else if (tag === 'td' || tag === 'th') page.write(' ')
  if (tag === 'li') page.write('- ')
  if (tag === 'blockquote') page.quote(1)
  if (tag === 'pre') page.preformatted(true)
  if (tag === 'a') page.openLink(linkAddress(attributes))
}

function closeTag(tag: string, page: Page) {
  if (tag === 'a') page.closeLink()
  if (tag === 'pre') page.preformatted(false)
  if (paragraphs.has(tag)) page.breakBlock(2)
  else if (lines.has(tag)) page.breakBlock(1)
  if (tag === 'blockquote') page.quote(-1)
}

/** Only addresses a reader may want to follow; never `javascript:` or `data:`. */
function linkAddress(attributes: string): string {
  const [, double, single, bare] =
    /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes.slice(0, 8000)) ?? []
  const address = decodeHTML(double ?? single ?? bare ?? '').trim()
  return /^(https?:|mailto:|tel:)\S+$/i.test(address) ? address.replace(/^(mailto|tel):/i, '') : ''
}

/** Where the tag ends. A quoted value may hold `>`; one that is never closed swallows the rest, as in browsers. */
function endOfTag(input: string, from: number): number {
  const next = /=\s*(["'])|>/g
  next.lastIndex = from
  for (let found = next.exec(input); found; found = next.exec(input)) {
    const quote = found[1]
    if (!quote) return next.lastIndex
    next.lastIndex = after(input, quote, next.lastIndex)
  }
  return input.length
}

function closeOf(input: string, tag: string, from: number): number {
  const close = new RegExp(`</${tag}(?=[\\s/>])`, 'gi')
  close.lastIndex = from
  return close.test(input) ? endOfTag(input, close.lastIndex) : input.length
}

function after(input: string, mark: string, from: number): number {
  const found = input.indexOf(mark, from)
  return found < 0 ? input.length : found + mark.length
}

function createPage() {
  const done: string[] = []
  // The line being built, in pieces: one growing string would be copied for every piece that looks at its end.
  let line: string[] = []
  let quoteDepth = 0
  let isPreformatted = false
  let blankLines = 2
  let link = { address: '', lineNo: 0, piece: 0 }

  const append = (text: string) => {
    if (text) line.push(text)
  }
  const endLine = () => {
    const text = line.join('').trimEnd()
    blankLines = text ? 0 : blankLines + 1
    if (blankLines < 2) done.push((text && '> '.repeat(Math.min(quoteDepth, 5))) + text)
    line = []
  }
  return {
    write(source: string) {
      const text = decodeHTML(source).replaceAll('\u00a0', ' ')
      if (isPreformatted) {
        const [first = '', ...rest] = text.split(/\r?\n/)
        append(first)
        for (const next of rest) {
          endLine()
          append(next)
        }
      } else {
        const words = text.replace(/\s+/g, ' ')
        append((line.at(-1) ?? ' ').endsWith(' ') ? words.trimStart() : words)
      }
    },
    breakLine: endLine,
    /** Ends the line if it holds something; with `count` 2 leaves one line blank. */
    breakBlock(count: 1 | 2) {
      if (line.length > 0) endLine()
      if (count === 2 && blankLines === 0) endLine()
    },
    quote(step: 1 | -1) {
      quoteDepth = Math.max(0, quoteDepth + step)
    },
    preformatted(on: boolean) {
      isPreformatted = on
    },
    openLink(address: string) {
      link = { address, lineNo: done.length, piece: line.length }
    },
    closeLink() {
      const { address, lineNo, piece } = link
      link = { ...link, address: '' }
      if (!address) return
      const words = lineNo === done.length ? line.slice(piece).join('').trim() : ''
      if (words !== address) append(`${line.length === 0 || line.at(-1)?.endsWith(' ') ? '' : ' '}<${address}>`)
    },
    text() {
      endLine()
      return done.join('\n').trim()
    },
  }
}
