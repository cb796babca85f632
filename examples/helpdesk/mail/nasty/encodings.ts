/** Transfer encodings that are broken, unknown, or not what they say. */
import { base64, keeps, message, multipart, type NastyMail } from './written.ts'

const encoded = (name: string, encoding: string, body: string, text = 'Hello.') =>
  keeps(name, message(`Content-Transfer-Encoding: ${encoding}`, body), { text })
const twoLines = base64('Hello.\nBye, then.')

export const encodings: readonly NastyMail[] = [
  encoded('soft breaks inside an escape', 'quoted-printable', 'Gr=C3=\n=BC=C3=9=\nFe', 'Grü�=9Fe'),
  encoded('soft breaks without end', 'quoted-printable', `${'=\n'.repeat(3_000)}Hello.`),
  encoded('an equals sign at the end', 'quoted-printable', 'Hello.='),
  encoded('escapes that are none', 'quoted-printable', '100=% =ZZ =4 =', '100=% =ZZ =4'),
  encoded('blanks behind a soft break', 'quoted-printable', 'Hel= \nlo.', 'Hel= \nlo.'),
  encoded('hex in lower case, and NUL', 'quoted-printable', 'gr=c3=bc=00n', 'grün'),
  encoded('a line of 100,000 escapes', 'quoted-printable', '=41'.repeat(100_000), 'A'.repeat(100_000)),
  encoded('base64 full of other signs', 'base64', 'S-G*V{s}\nb\tG 8 u', 'Hello.'),
  encoded('base64 padded in every line', 'base64', 'SGU=\nbGw=\nby4=', 'Hello.'),
  encoded('base64 that stops anywhere', 'base64', twoLines.slice(0, -3), 'Hello.\nBye, the'),
  encoded('base64 with text behind it', 'base64', `${base64('Hello.')}\n\n`),
  encoded('an empty base64', 'base64', '=', ''),
  encoded(
    'base64 with a footer of a list: noise, but below the text',
    'base64',
    `${base64('Hello.\n\n')}\n--------\nThe list: 9-17 h`,
    'Hello.\n\nN\ufffd\ufffd\ufffd}\u05f8',
  ),
  encoded('text that calls itself base64', 'base64', 'Hello, my drill\nis broken.', 'Hello, my drill\nis broken.'),
  encoded('one word that calls itself base64', 'base64', 'Hello', 'Hello'),
  encoded('text beyond ASCII that calls itself base64', 'base64', 'Grüße, 5 €', 'Grüße, 5 €'),
  keeps(
    'parts that call themselves base64: a text that is none, a picture that is',
    multipart(
      'mixed',
      'Content-Transfer-Encoding: base64\n\nHello. It is broken.',
      'Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\niVBO*Rw==',
    ),
    { text: 'Hello. It is broken.', attachments: [['a.png', 'image/png', 4]] },
  ),
  keeps(
    'base64 in a character set of its own',
    message(
      'Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64',
      base64(Buffer.from('Hello.', 'utf16le')),
    ),
  ),
  encoded('a comment and quotes about the encoding', '(really) "base64" ; x=y', base64('Hello.')),
  encoded('an encoding nobody has', 'x-rot13', 'Uryyb.', 'Uryyb.'),
  encoded('uuencode in the text', '7bit', 'begin 644 a.txt\n#0V%T\n`\nend', 'begin 644 a.txt\n#0V%T\n`\nend'),
  encoded('uuencode as an encoding', 'x-uuencode', 'begin 644 a\n#0V%T\n`\nend', 'begin 644 a\n#0V%T\n`\nend'),
  encoded(
    'yEnc in the text',
    '8bit',
    '=ybegin line=128 size=3 name=a\n+,-\n=yend size=3',
    '=ybegin line=128 size=3 name=a\n+,-\n=yend size=3',
  ),
  encoded('dots that SMTP doubled', '7bit', 'Hello.\n..signature\n.', 'Hello.\n..signature\n.'),
  encoded('binary', 'binary', 'Hello.\u0000\u0001'),
  keeps(
    'two encodings: the first',
    message('Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit', base64('Hello.')),
  ),
  keeps('an encoding of the encoding', message('Content-Transfer-Encoding: base64', base64(base64('Hello.'))), {
    text: base64('Hello.'),
  }),
]
