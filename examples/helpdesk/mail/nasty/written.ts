/** The words in which the nasty messages are written: each says how it is built, and only what is peculiar about its outcome. */

/** A message written to be hard, and what must come of it: exactly what is kept, or why it is refused. */
export interface NastyMail {
  readonly name: string
  readonly raw: Uint8Array
  readonly kept?: Kept
  readonly refused?: Refused
}

export interface Kept {
  readonly from: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly attachments: readonly Attached[]
  readonly messageId: string | null
  readonly automatic: boolean
}

export interface Refused {
  readonly code: `desk.mail_${string}`
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
}

/** Name, type, size in bytes. */
export type Attached = readonly [name: string, type: string, sizeBytes: number]

/** A message by Ann, unless its header says otherwise. Line ends become CR LF. */
export function message(header: string, body: string | Uint8Array = 'Hello.'): Uint8Array {
  const from = /(^|\n)(from|sender|reply-to):/i.test(header) ? '' : 'From: Ann <ann@nasty.example>\n'
  const fields = header === '' ? '' : `${header}\n`
  return Buffer.concat([text(`${from}${fields}\n`), typeof body === 'string' ? text(body) : body])
}

/** A message of parts. `--b` begins one; what follows the last is not closed unless it says so. */
export const multipart = (subtype: string, ...parts: readonly string[]): Uint8Array =>
  message(`MIME-Version: 1.0\nContent-Type: multipart/${subtype}; boundary=b`, `${parts.map(part).join('')}--b--\n`)

export const part = (content: string): string => `--b\n${content}\n`

export const text = (content: string): Uint8Array => Buffer.from(content.replaceAll(/\r?\n/g, '\r\n'))

/** Each character is a byte. */
export const bytes = (content: string): Uint8Array => Buffer.from(content.replaceAll(/\r?\n/g, '\r\n'), 'latin1')

export const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64')

/** Unless told otherwise: Ann says `Hello.` and nothing else. */
export const keeps = (name: string, raw: Uint8Array, kept: Partial<Kept> = {}): NastyMail => ({
  name,
  raw,
  kept: {
    from: { name: 'Ann', address: 'ann@nasty.example' },
    subject: '(no subject)',
    text: 'Hello.',
    attachments: [],
    messageId: null,
    automatic: false,
    ...kept,
  },
})

export const refuses = (
  name: string,
  raw: Uint8Array,
  code: Refused['code'],
  ...errors: Refused['errors']
): NastyMail => ({
  name,
  raw,
  refused: { code, errors },
})

export const withoutSender = (
  name: string,
  raw: Uint8Array,
  [from, sender, replyTo]: readonly [string, string, string],
) =>
  refuses(
    name,
    raw,
    'desk.mail_sender_missing',
    { pointer: '/From', detail: from },
    { pointer: '/Sender', detail: sender },
    { pointer: '/Reply-To', detail: replyTo },
  )

export const missing = 'Missing or empty'
export const unusable = 'Holds no usable address'
