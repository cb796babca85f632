import PostalMime, { type Attachment, type Email, addressParser, decodeWords } from 'postal-mime'
import { mendCharset } from './charset.ts'
import { mailErrors } from './errors.ts'
import { htmlToText } from './html-to-text.ts'
import { excessOf, headerLimits } from './limits.ts'
import { findParts, hasLostParts } from './lost-parts.ts'
import { mendBase64 } from './mend-base64.ts'

/** A message as the helpdesk needs it: text only, bounded, safe to store in PostgreSQL. */
export interface ParsedMail {
  /** With angle brackets; absent when the message has none. */
  readonly messageId?: string
  /** The first usable address of From, Sender, Reply-To. `address` is lower case; `name` may be empty. */
  readonly from: { readonly name: string; readonly address: string }
  /** One line of at most 500 characters; `(no subject)` when there is none. */
  readonly subject: string
  /** At most 100,000 characters; empty when the message has no text. */
  readonly text: string
  readonly inReplyTo?: string
  /** The last 100 at most, oldest first (RFC 5322 §3.6.4). */
  readonly references: readonly string[]
  /** Absent when missing or not a date. It is the sender's claim. */
  readonly date?: Date
  /** The first 200 at most, inline images and signatures included. Their content is not kept. */
  readonly attachments: readonly MailAttachment[]
  /** Written by a program, a list or a vacation notice: never answer it automatically (RFC 3834 §2). */
  readonly automatic: boolean
}

export interface MailAttachment {
  /** A bare file name of at most 200 characters. It is the sender's claim, as is `type`. */
  readonly name: string
  readonly type: string
  readonly sizeBytes: number
}

/**
 * Reads a raw message (RFC 5322, MIME, RFC 2047, RFC 2231, RFC 6532). It fetches nothing and keeps no content of
 * attachments; forwarded messages count as attachments.
 *
 * @throws an error of {@link mailErrors}, and nothing else.
 */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const message = mendCharset(raw)
  const mail = await parseMime(message)
  const from = senderOf(mail)
  const messageId = messageIds(headerOf(mail, 'message-id'))[0]
  const inReplyTo = messageIds(headerOf(mail, 'in-reply-to'))[0]
  const date = parseDate(headerOf(mail, 'date'))
  return {
    ...(messageId && { messageId }),
    from,
    subject: bound(oneLine(decodeWords(headerOf(mail, 'subject'))), 500) || '(no subject)',
    text: bound(cleanText(textOf(mail, message)), 100_000),
    ...(inReplyTo && { inReplyTo }),
    references: messageIds(headerOf(mail, 'references')).slice(-100),
    ...(date && { date }),
    attachments: mail.attachments.slice(0, 200).map(describeAttachment),
    automatic: isAutomatic(mail),
  }
}

async function parseMime(raw: Uint8Array): Promise<Email> {
  const excess = excessOf(raw)
  if (excess) throw tooComplex(excess)
  const mail = await readMime(raw)
  if (hasLostParts(mail)) return { ...mail, ...(await findParts(raw, mail, readMime)), headers: mail.headers }
  if (mail.headers.some(({ key, value }) => value && /^[!-9;-~]+$/.test(key))) return mail
  throw mailErrors.mailUnreadable({ errors: [{ pointer: '', detail: 'It has no header field' }] })
}

const readMime = (raw: Uint8Array): Promise<Email> =>
  PostalMime.parse(mendBase64(raw), { forceRfc822Attachments: true, ...headerLimits }).catch((cause: unknown) => {
    throw tooComplex(/Maximum .*/.exec(String(cause))?.[0] ?? 'It cannot be read')
  })

const tooComplex = (excess: string) =>
  mailErrors.mailTooComplex({ operator: excess, errors: [{ pointer: '', detail: excess }] })

function senderOf(mail: Email) {
  const values = ['From', 'Sender', 'Reply-To'].map((field) => ({ field, value: headerOf(mail, field.toLowerCase()) }))
  for (const { value } of values) {
    for (const { name, address } of addressParser(value.slice(0, 20_000), { flatten: true })) {
      const candidate = (address ?? '').normalize('NFC').toLowerCase()
      if (isAddress(candidate)) return { name: bound(oneLine(name), 200), address: candidate }
    }
  }
  throw mailErrors.mailSenderMissing({
    errors: values.map(({ field, value }) => ({
      pointer: `/${field}`,
      detail: value ? 'Holds no usable address' : 'Missing or empty',
    })),
  })
}

// A dot-atom or any character outside ASCII (RFC 6532) before the @, a domain of at least two labels after it. Quoted
// local parts and address literals are legal, but no customer has one; invisible characters would make two customers
// that look like one.
const addressPattern =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[\p{L}\p{M}\p{N}-]{1,63}\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u

const isAddress = (address: string) =>
  Buffer.byteLength(address) <= 254 && addressPattern.test(address) && !/^\.|\.\.|\.@|@-|-\.|\.-/.test(address)

/** The first of a repeated field: what mail programs show, and what signatures cover first. */
const headerOf = (mail: Email, key: string) =>
  mail.headers.find((header) => header.key === key && header.value)?.value ?? ''

/**
 * The sender's plain text, or else text made from the HTML. Where no part is an alternative of another, they follow one
 * another (a scanner's footer below a letter), and `html` holds them all.
 */
function textOf({ text, html }: Email, message: Uint8Array): string {
  if (!html) return text ?? ''
  const hasAlternative = /multipart\/alternative/i.test(new TextDecoder('latin1').decode(message))
  return text?.trim() && hasAlternative ? text : htmlToText(html)
}

/** Some devices leave out the angle brackets. One that is longer than an index takes is none. */
const messageIds = (value: string) =>
  (value.match(/<[^<>\s]+>/g) ?? (/^[^<>\s]+$/.test(value) ? [`<${value}>`] : []))
    .map(cleanText)
    .filter((id) => Buffer.byteLength(id) <= 2000)

function parseDate(value: string): Date | undefined {
  // Without a zone JavaScript would take the server's; RFC 5322 has no such date, so UTC it is.
  const date = new Date(/\d:\d\d(:\d\d)?\s*$/.test(value) ? `${value} +0000` : value)
  const year = date.getUTCFullYear()
  return year >= 1970 && year <= 9999 ? date : undefined
}

function describeAttachment(attachment: Attachment, index: number): MailAttachment {
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(attachment.mimeType)
    ? attachment.mimeType
    : 'application/octet-stream'
  const name = oneLine(attachment.filename ?? '')
    .split(/[/\\]/)
    .at(-1)
    ?.trim()
  const { content } = attachment
  return {
    name: bound(name && !/^\.+$/.test(name) ? name : `attachment-${index + 1}`, 200),
    type: bound(type, 200),
    sizeBytes: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
  }
}

function isAutomatic(mail: Email): boolean {
  const autoSubmitted = headerOf(mail, 'auto-submitted').toLowerCase()
  return (
    (autoSubmitted !== '' && !autoSubmitted.startsWith('no')) ||
    /^(bulk|junk|list|auto_reply)/i.test(headerOf(mail, 'precedence')) ||
    /^<\s*>/.test(headerOf(mail, 'return-path')) ||
    ['list-id', 'x-cron-env', 'x-auto-response-suppress'].some((key) => headerOf(mail, key) !== '')
  )
}

// Control characters (PostgreSQL's text cannot hold NUL, terminals act on the others), halves of surrogate pairs, and
// the marks that turn the direction of writing: they make `fdp.exe` of `exe.pdf`.
const unwanted = /(?![\n\t])\p{Cc}|[\p{Surrogate}\u202a-\u202e\u2066-\u2069]/gu

const cleanText = (text: string) => text.replace(/\r\n?/g, '\n').replace(unwanted, '').trim()

const oneLine = (text: string) => cleanText(text.replace(/\s+/g, ' '))

const bound = (text: string, maxLength: number) =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/\p{Surrogate}$/u, '')}…`
