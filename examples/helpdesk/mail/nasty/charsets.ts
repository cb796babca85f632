/** Bodies in character sets that are wrong, unknown, or made to smuggle. */
import { base64, bytes, keeps, message, multipart, type NastyMail } from './written.ts'

const plain = (charset: string, body: string | Uint8Array, more = '') =>
  message(`Content-Type: text/plain; charset=${charset}${more}`, body)
const in64 = (charset: string, body: Uint8Array) => plain(charset, base64(body), '\nContent-Transfer-Encoding: base64')
const body = (name: string, raw: Uint8Array, text: string) => keeps(name, raw, { text })

export const charsets: readonly NastyMail[] = [
  body('UTF-7 stays what it looks like', plain('utf-7', '+ADw-script+AD4-alert(1)'), '+ADw-script+AD4-alert(1)'),
  body('UTF-16 with its mark', in64('utf-16', Buffer.from('\ufeffGrüße', 'utf16le')), 'Grüße'),
  body('UTF-16, the large end first', in64('utf-16be', Buffer.from('Grüße', 'utf16le').swap16()), 'Grüße'),
  body(
    'UTF-16 of an odd number of bytes, with half a pair',
    in64('utf-16le', Buffer.from('4100 3dd8 4200 43'.replaceAll(' ', ''), 'hex')),
    'A�B�',
  ),
  body(
    'UTF-8 that writes pairs and long forms',
    plain(
      'utf-8',
      bytes(
        'a \xed\xa0\xbd\xed\xb8\x80 \xc0\xaf b, \u00e2\u0082\u00ac \u00e2\u0082\u00ac \u00e2\u0082\u00ac \u00e2\u0082\u00ac \u00e2\u0082\u00ac \u00e2\u0082\u00ac',
      ),
    ),
    'a ������ �� b, € € € € € €',
  ),
  body('a Turkish page of bytes named UTF-8', plain('utf-8', bytes('\xdcr\xfcn \xe7ok \xf6zel')), 'Ürün çok özel'),
  body('GB18030 in four bytes', plain('gb18030', bytes('\x81\x30\x84\x36 \xc4\xe3\xba\xc3')), '\u00a5 你好'),
  body('Big5', plain('big5', bytes('\xa7A\xa6n')), '你好'),
  body('EUC-KR by an old name', plain('ks_c_5601-1987', bytes('\xbe\xc8\xb3\xe7')), '안녕'),
  body('Shift JIS by Microsoft’s name', plain('"cp932"', bytes('\x82\xb1\x82\xf1')), 'こん'),
  body(
    'ISO-2022-JP that hides markup behind its shift',
    plain('iso-2022-jp', bytes('a \x1b$B$3\x1b(B<b> \x1b$B$s')),
    'a こ<b> ん',
  ),
  body('an encoding that browsers replace, for it hides script', plain('hz-gb-2312', '~{VDO~}Hello.'), '~{VDO~}Hello.'),
  body('a character set nobody has', plain('x-secret', 'Hello.'), 'Hello.'),
  body('a character set of 100,000 letters', plain('x'.repeat(100_000), 'Hello.'), 'Hello.'),
  body('two character sets: the first', plain('utf-8', 'Grüße', '; charset=koi8-r'), 'Grüße'),
  body(
    'a character set in quotes, with blanks and a comment',
    plain('" koi8-r " (Russian)', bytes('\xf0\xd2\xc9\xd7\xc5\xd4')),
    'Привет',
  ),
  body('KOI8-R that nobody named: taken for Windows-1252', message('', bytes('\xf0\xd2\xc9\xd7\xc5\xd4')), 'ðÒÉ×ÅÔ'),
  body('curly quotes in what calls itself Latin-1', plain('iso-8859-1', bytes('\x93Hello.\x94')), '“Hello.”'),
  body('NUL, bells and escapes', message('', 'He\0l\x07l\x1b[31mo.\x9b'), 'Hell[31mo.'),
  body('a byte order mark inside', plain('utf-8', '\ufeffHello.'), 'Hello.'),
  body(
    'noncharacters and private letters',
    plain('utf-8', 'a\ufffeb\uffffc\u{10ffff}d\ue000'),
    'a\ufffeb\uffffc\u{10ffff}d\ue000',
  ),
  body(
    'each part in its own character set',
    multipart(
      'mixed',
      'Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n\n' +
        base64(Buffer.from('eins', 'utf16le')),
      'Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: quoted-printable\n\n=C4=D7=C1',
      'Content-Type: text/plain; charset=utf-8\n\ntrês',
    ),
    'eins\nдва\n\ntrês',
  ),
]
