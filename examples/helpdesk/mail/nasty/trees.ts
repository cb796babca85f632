/** Trees of parts: deep, wide, without leaves, of kinds that are not for reading. */
import { base64, bytes, keeps, message, multipart, type NastyMail, part, refuses } from './written.ts'

const nested = (depth: number) =>
  message(
    'Content-Type: multipart/mixed; boundary=b0',
    Array.from({ length: depth }, (_, at) => `--b${at}\nContent-Type: multipart/mixed; boundary=b${at + 1}\n\n`).join(
      '',
    ) + `--b${depth}\n\nHello.\n`,
  )
const octets = (name: string) =>
  `Content-Type: application/octet-stream; name=${name}\nContent-Transfer-Encoding: base64\n\nQUJD`
const inner = (level: number): string =>
  level === 0 ? 'Subject: Inmost\n\nSecret.' : `Subject: ${level}\nContent-Type: message/rfc822\n\n${inner(level - 1)}`

export const trees: readonly NastyMail[] = [
  keeps('parts 98 deep', nested(98)),
  refuses('parts 150 deep', nested(150), 'desk.mail_too_complex', {
    pointer: '',
    detail: 'Maximum MIME nesting depth of 100 levels exceeded',
  }),
  keeps(
    '1,000 parts',
    multipart('mixed', '\nHello.', ...Array.from({ length: 1_000 }, (_, at) => octets(`${at}.bin`))),
    {
      attachments: Array.from({ length: 200 }, (_, at) => [`${at}.bin`, 'application/octet-stream', 3]),
    },
  ),
  keeps('1,000 texts', multipart('mixed', ...Array.from({ length: 1_000 }, () => '\na')), {
    text: 'a\n\n'.repeat(1_000).trim(),
  }),
  refuses('20,000 parts', multipart('mixed', ...Array.from({ length: 20_000 }, () => '\na')), 'desk.mail_too_complex', {
    pointer: '',
    detail: '20001 boundaries; at most 10000 are read',
  }),
  keeps('a multipart without a boundary', message('Content-Type: multipart/mixed', '--b\n\nHello.\n--b--')),
  keeps('a multipart that is a text', message('Content-Type: multipart/mixed', 'Grüße.\n'), { text: 'Grüße.' }),
  keeps(
    'a multipart that is a text in Latin-1',
    message('Content-Type: multipart/mixed; charset=iso-8859-1', bytes('Gr\xfc\xdfe.')),
    { text: 'Grüße.' },
  ),
  keeps('a multipart without parts', multipart('mixed'), { text: '' }),
  keeps(
    'a multipart that calls itself base64',
    message('Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64', part('\nHello.')),
  ),
  keeps('a multipart of an unknown kind', multipart('x-strange', '\nHello.', octets('a.bin')), {
    attachments: [['a.bin', 'application/octet-stream', 3]],
  }),
  keeps(
    'alternatives: the plain one is read',
    multipart('alternative', '\nHello.', 'Content-Type: text/html\n\n<p>Something else'),
  ),
  keeps('alternatives, the plain one empty', multipart('alternative', '\n \n', 'Content-Type: text/html\n\n<p>Hello.')),
  keeps(
    'alternatives of which none is text',
    multipart('alternative', octets('a.bin'), 'Content-Type: text/x-amp-html\n\n<html amp4email>'),
    {
      text: '',
      attachments: [
        ['a.bin', 'application/octet-stream', 3],
        ['attachment-2', 'text/x-amp-html', 17],
      ],
    },
  ),
  keeps(
    'pictures by Content-ID, one of them twice',
    multipart(
      'related',
      'Content-Type: text/html\n\n<img src="cid:a"><p>Hello.<img src="cid:nothing">',
      `Content-ID: <a>\n${octets('a.png')}`,
      `Content-ID: <a>\n${octets('b.png')}`,
    ),
    {
      attachments: [
        ['a.png', 'application/octet-stream', 3],
        ['b.png', 'application/octet-stream', 3],
      ],
    },
  ),
  keeps(
    'a message in a message in a message',
    multipart('mixed', '\nHello.', `Content-Type: message/rfc822\n\n${inner(20)}`),
    {
      attachments: [['attachment-1', 'message/rfc822', Buffer.byteLength(`${inner(20)}\n`)]],
    },
  ),
  keeps('a digest', multipart('digest', '\nSubject: One\n\nFirst.', '\nSubject: Two\n\nSecond.'), {
    text: '',
    attachments: [
      ['attachment-1', 'message/rfc822', 21],
      ['attachment-2', 'message/rfc822', 22],
    ],
  }),
  keeps(
    'a piece of a message',
    message('Content-Type: message/partial; id=x; number=1; total=3', 'From: eve@nasty.example\n\nPart one'),
    {
      text: '',
      attachments: [['attachment-1', 'message/partial', 34]],
    },
  ),
  keeps(
    'a body that is to be fetched',
    message(
      'Content-Type: message/external-body; access-type=URL; URL="http://169.254.169.254/"',
      'Content-Type: text/plain\n\n',
    ),
    { text: '', attachments: [['attachment-1', 'message/external-body', 26]] },
  ),
  keeps(
    'a text that is an attachment',
    multipart('mixed', '\nHello.', 'Content-Disposition: attachment; filename=note.txt\n\nNot for reading.'),
    {
      attachments: [['note.txt', 'text/plain', 17]],
    },
  ),
  keeps('nothing but an attachment', message(octets('scan.pdf').split('\n\n')[0]!, base64('%PDF')), {
    text: '',
    attachments: [['scan.pdf', 'application/octet-stream', 4]],
  }),
]
