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
  mixed('closed before it is opened', 'boundary=b', '--b--\n--b\n\nHello.\n--b--'),
  mixed(
    'another one than in the body',
    'boundary=AAA',
    'To begin with.\n--BBB\n\nHello.\n--BBB\n\nBye.\n--BBB--',
    'Hello.\n\nBye.',
  ),
  mixed('another one, with signs that need quotes', 'boundary=b', '--"\\ ;c"\n\nHello.\n--"\\ ;c"--'),
  mixed('another one that is never closed: kept as it stands', 'boundary=b', '--c\n\nHello.', '--c\n\nHello.'),
  mixed('no line that begins a part', 'boundary=b', 'Hello.\n\n-- \nAnn', 'Hello.\n\n-- \nAnn'),
  mixed(
    'no line that begins a part, and a name behind dashes',
    'boundary=b',
    'Hello.\n--Ann\n+1 555 0100',
    'Hello.\n--Ann\n+1 555 0100',
  ),
  mixed('nothing but lines that begin a part', 'boundary=b', '--c\n\n--c\n--c--', ''),
  mixed('closed twice', 'boundary=b', '--b\n\nHello.\n--b--\n--b--\nAfter.'),
  mixed('blanks within quotes', 'boundary="a b  c"', '--a b  c\n\nHello.\n--a b  c--'),
  mixed('blanks behind it', 'boundary=b', '--b  \t\n\nHello.\n--b--  '),
  mixed('an empty one', 'boundary=""', '--\n\nHello.\n----', '--\n\nHello.\n----'),
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
  keeps(
    'alternatives between another one: the plain one is read',
    message(
      'Content-Type: multipart/alternative; boundary=b',
      '--c\nContent-Type: text/plain\n\nHello.\n--c\nContent-Type: text/html\n\n<p>Something else\n--c--',
    ),
  ),
  keeps(
    'parts that are lost within a part: kept as they stand',
    message(
      'Content-Type: multipart/mixed; boundary=b',
      '--b\nContent-Type: multipart/mixed; boundary=c\n\n--d\n\nHello.\n--d--\n--b--',
    ),
    { text: '--b\nContent-Type: multipart/mixed; boundary=c\n\n--d\n\nHello.\n--d--\n--b--' },
  ),
  mixed('behind a comment', '(boundary=c) boundary=b', '--b\n\nHello.\n--b--'),
  mixed('a comment that never ends before it', 'x=( boundary; boundary=b', '--b\n\nHello.\n--b--'),
]
