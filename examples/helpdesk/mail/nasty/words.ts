/** Encoded words (RFC 2047) as they should not be. */
import { bytes, keeps, message, type NastyMail } from './written.ts'

const subject = (name: string, field: string, expected: string) =>
  keeps(name, message(`Subject: ${field}`), { subject: expected })

export const words: readonly NastyMail[] = [
  subject(
    'a word per character set',
    '=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?koi8-r?b?8NLJ18XU?= =?iso-8859-7?q?=E3=E5=E9=E1?=',
    'GrüßeПриветγεια',
  ),
  subject('a character cut between two words', '=?utf-8?b?4oI=?= =?utf-8?b?rA==?= 5', '�� 5'),
  subject('a character cut between two words that fit together', '=?utf-8?q?=E2=82?=\n =?utf-8?q?=AC_5?=', '€ 5'),
  subject('an emoji cut in four', '=?utf-8?q?=F0?= =?utf-8?q?=9F?= =?utf-8?q?=98?= =?utf-8?q?=80?=', '😀'),
  subject('broken base64', '=?utf-8?b?SGVs!bG8*?= =?utf-8?b?SGk?= =?utf-8?b?=?=', 'HelloHi'),
  subject('a language', '=?us-ascii*en-US?q?Keith?= =?utf-8*fr?q?_Andr=C3=A9?=', 'Keith André'),
  subject('an unknown character set', '=?x-klingon?q?Qapla=27?=', "Qapla'"),
  subject('no character set', '=??q?Hello?=', '=??q?Hello?='),
  subject('blanks and hex in lower case inside a word', '=?utf-8?q?a b=c3=a4_c?=', 'a bä c'),
  subject('words without a blank between', '=?utf-8?q?a?==?utf-8?q?b?=', 'ab'),
  subject('a word glued to text', 'x=?utf-8?q?a?=y', 'xay'),
  subject('a word that never ends', '=?utf-8?q?never', '=?utf-8?q?never'),
  subject('a word inside a word', '=?utf-8?q?=3D=3Futf-8=3Fq=3Fdeep=3F=3D?=', '=?utf-8?q?deep?='),
  subject('a quoted word', '"=?utf-8?q?quoted?="', '"quoted"'),
  subject(
    'line ends and NUL inside a word',
    '=?utf-8?q?Hi=0D=0ABcc:_all=40nasty.example=00!?=',
    'Hi Bcc: all@nasty.example!',
  ),
  subject('half of a surrogate pair in UTF-16', '=?utf-16be?b?AEjYPQBp?=', 'H�i'),
  subject(
    'ISO-2022-JP that stays in its shift',
    '=?iso-2022-jp?b?GyRCJDMkcyRLJEEkTw==?= =?iso-2022-jp?q?ok?=',
    'こんにちはok',
  ),
  subject(
    'a shift that no character set has',
    '=?iso-2022-kr?b?GyQpQw4=?= x',
    '\x1b$)C\x0e x'.replaceAll(/\p{Cc}/gu, ''),
  ),
  subject('16,000 words', '=?utf-8?q?a?= '.repeat(16_000), `${'a'.repeat(499)}…`),
  subject('16,000 beginnings of words', '=?utf-8?q?'.repeat(16_000), `${'=?utf-8?q?'.repeat(50).slice(0, 499)}…`),
  subject('an emoji at the bound', `${'a'.repeat(498)}😀b`, `${'a'.repeat(498)}…`),
  keeps(
    'raw bytes between words',
    bytes('From: Ann <ann@nasty.example>\nSubject: =?utf-8?q?a?= \xfc =?utf-8?q?b?=\n\nHello.'),
    { subject: 'a ü b' },
  ),
  keeps(
    'raw UTF-8 and Windows-1252 in one header',
    bytes('From: Ann <ann@nasty.example>\nX: \xfc\xdf\xe4\xf6\xc4\nSubject: \xe2\x82\xac\n\nHello.'),
    { subject: 'â‚¬' },
  ),
]
