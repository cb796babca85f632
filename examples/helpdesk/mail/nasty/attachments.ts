/** Attachments whose names, types and sizes are not to be believed. */
import { type Attached, base64, keeps, multipart, type NastyMail } from './written.ts'

const attached = (name: string, fields: string, ...expected: readonly Attached[]) =>
  keeps(
    name,
    multipart(
      'mixed',
      '\nHello.',
      ...fields.split('&').map((each) => `${each}\nContent-Transfer-Encoding: base64\n\nQUJD`),
    ),
    {
      attachments: expected,
    },
  )
const named = (name: string, parameter: string, expected: string) =>
  attached(name, `Content-Type: application/pdf\nContent-Disposition: attachment; ${parameter}`, [
    expected,
    'application/pdf',
    3,
  ])
const typed = (name: string, type: string, ...expected: readonly Attached[]) =>
  attached(name, `Content-Type: ${type}`, ...expected)

export const attachments: readonly NastyMail[] = [
  named('a path', 'filename="../../etc/passwd"', 'passwd'),
  named('a path of Windows', String.raw`filename=C:\Users\ann\..\a.pdf`, 'a.pdf'),
  named('a path written as escapes', "filename*=utf-8''..%2F..%2Fetc%2Fshadow", 'shadow'),
  named('nothing but dots', 'filename=".."', 'attachment-1'),
  named('nothing but a slash', 'filename="a/"', 'attachment-1'),
  named('a name that turns the direction of writing', 'filename="a\u202efdp.exe"', 'afdp.exe'),
  named('NUL before the true ending', 'filename="a.pdf\0.exe"', 'a.pdf.exe'),
  named('line ends as escapes', "filename*=utf-8''a%0D%0AX-Evil:%20yes.pdf", 'a X-Evil: yes.pdf'),
  named('of 50,000 characters', `filename="${'n'.repeat(50_000)}.pdf"`, `${'n'.repeat(199)}…`),
  named('in pieces, out of order', 'filename*2=".pdf"; filename*0="in"; filename*1="voice"', 'invoice.pdf'),
  named('in pieces, one missing', "filename*0*=utf-8''a%20; filename*2*=b; filename*7=c", 'a bc'),
  named('in pieces, cut inside a character', "filename*0*=utf-8''%E2%82; filename*1*=%AC.pdf", '€.pdf'),
  named('in a character set nobody has', "filename*=x-none''a%E4.pdf", 'aä.pdf'),
  named('with a broken escape', "filename*=utf-8''100%.pdf", '100%.pdf'),
  named('as an encoded word', 'filename="=?utf-8?b?4oKsLnBkZg==?="', '€.pdf'),
  named('of markup', 'filename="<img src=x onerror=alert(1)>.pdf"', '<img src=x onerror=alert(1)>.pdf'),
  named('by a word that objects have', 'filename="__proto__"; __proto__=a; constructor=b', '__proto__'),
  named('with a size that is a lie', 'filename=a.pdf; size=99999999999', 'a.pdf'),
  named('without a closing quote', 'filename="a.pdf', 'a.pdf'),
  typed('a name in Content-Type only', 'image/png; name="b.png"', ['b.png', 'image/png', 3]),
  typed(
    'no name at all, twice',
    'image/png&Content-Type: image/png',
    ['attachment-1', 'image/png', 3],
    ['attachment-2', 'image/png', 3],
  ),
  typed(
    'one name twice',
    'image/png; name=a.png&Content-Type: image/png; name=a.png',
    ['a.png', 'image/png', 3],
    ['a.png', 'image/png', 3],
  ),
  typed('a type that is none', "'; drop table attachments; --", ['attachment-1', 'application/octet-stream', 3]),
  typed('a type of 1,000 letters', `image/${'x'.repeat(1_000)}`, ['attachment-1', `image/${'x'.repeat(193)}…`, 3]),
  typed('winmail.dat', 'application/ms-tnef; name="winmail.dat"', ['winmail.dat', 'application/ms-tnef', 3]),
  typed('an encrypted message (S/MIME)', 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m', [
    'smime.p7m',
    'application/pkcs7-mime',
    3,
  ]),
  attached(
    'an encrypted message (PGP)',
    'Content-Type: application/pgp-encrypted&Content-Type: application/octet-stream; name=encrypted.asc',
    ['attachment-1', 'application/pgp-encrypted', 3],
    ['encrypted.asc', 'application/octet-stream', 3],
  ),
  keeps(
    'an archive that unpacks to much: its size is the packed one',
    multipart(
      'mixed',
      '\nHello.',
      `Content-Type: application/gzip; name=bomb.gz\nContent-Transfer-Encoding: base64\n\n${base64(Buffer.alloc(40_000, 0x1f)).replaceAll(/.{76}/g, '$&\n')}`,
    ),
    { attachments: [['bomb.gz', 'application/gzip', 40_000]] },
  ),
  keeps('an empty one', multipart('mixed', '\nHello.', 'Content-Type: image/gif; name=empty.gif\n'), {
    attachments: [['empty.gif', 'image/gif', 0]],
  }),
]
