/** Boundaries that are missing, alike, odd, or in the wrong place. */
import { keeps, message, type NastyMail } from './written.ts'

const mixed = (name: string, parameter: string, body: string, text = 'Hello.') =>
  keeps(name, message(`Content-Type: multipart/mixed; ${parameter}`, body), { text })

export const boundaries: readonly NastyMail[] = [
  mixed(
    'a boundary that begins like another',
    'boundary=b',
    '--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nHello.\n--bb\n\nBye.\n--bb--\n--b\n\nLast.\n--b--',
    'Hello.\n\nBye.\n\nLast.',
  ),
  mixed(
    'the same boundary inside and out',
    'boundary=b',
    '--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b--\n--b--',
  ),
  mixed('never closed', 'boundary=b', '--b\n\nHello.'),
  mixed('closed before it is opened', 'boundary=b', '--b--\n--b\n\nHello.\n--b--', ''),
  mixed('closed twice', 'boundary=b', '--b\n\nHello.\n--b--\n--b--\nAfter.'),
  mixed('blanks within quotes', 'boundary="a b  c"', '--a b  c\n\nHello.\n--a b  c--'),
  mixed('blanks behind it', 'boundary=b', '--b  \t\n\nHello.\n--b--  '),
  mixed('an empty one', 'boundary=""', '--\n\nHello.\n----', ''),
  mixed(
    'of 5,000 characters',
    `boundary=${'b'.repeat(5_000)}`,
    `--${'b'.repeat(5_000)}\n\nHello.\n--${'b'.repeat(5_000)}--`,
  ),
  mixed(
    'made of signs that patterns are made of',
    'boundary="(.*)+?[b]|$"',
    '--(.*)+?[b]|$\n\nHello.\n--(.*)+?[b]|$--',
  ),
  mixed('made of dashes', 'boundary="----"', '------\n\nHello.\n--------'),
  mixed('in pieces (RFC 2231)', 'boundary*0=b; boundary*1=c', '--bc\n\nHello.\n--bc--'),
  mixed('given twice', 'boundary=b; boundary=c', '--c\n\nWrong.\n--b\n\nHello.\n--b--'),
  mixed('in capitals in one place', 'boundary=b', '--B\n\nNo part.\n--b\n\nHello.\n--b--'),
  mixed('quoted in the text', 'boundary=b', '--b\n\nHello.\n> --b\n --b\n--bb\n--b--', 'Hello.\n> --b\n --b\n--bb'),
  mixed(
    'text before and behind the parts',
    'boundary=b',
    'This is a message in MIME format.\n--b\n\nHello.\n--b--\nBehind.',
  ),
  mixed('behind a comment', '(boundary=c) boundary=b', '--b\n\nHello.\n--b--'),
  mixed('a comment that never ends before it', 'x=( boundary; boundary=b', '--b\n\nHello.\n--b--'),
]
