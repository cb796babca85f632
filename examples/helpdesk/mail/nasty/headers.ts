/** Header fields without end, without names, twice, cut, folded where they should not be. */
import { bytes, keeps, message, missing, type NastyMail, refuses, text, withoutSender } from './written.ts'

const unreadable = (name: string, raw: Uint8Array) =>
  refuses(name, raw, 'desk.mail_unreadable', { pointer: '', detail: 'It has no header field' })

export const headers: readonly NastyMail[] = [
  keeps('3,000 header fields', message(`${'X-Spam: yes\n'.repeat(3_000)}Subject: Last`), { subject: 'Last' }),
  refuses(
    'header fields of 300 KB',
    message(`${'X-Spam: yes\n'.repeat(27_000)}Subject: Last`),
    'desk.mail_too_complex',
    {
      pointer: '',
      detail: 'Maximum header size of 262144 bytes exceeded',
    },
  ),
  keeps('a field in 20,000 folds', message(`X-Long: a${'\n b'.repeat(20_000)}\nSubject: After`), { subject: 'After' }),
  keeps('one field in a line of 200 KB', message(`X-Long: ${'a'.repeat(200_000)}\nSubject: After`), {
    subject: 'After',
  }),
  keeps(
    '500 Received fields',
    message(`${'Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\n'.repeat(500)}Subject: Far`),
    {
      subject: 'Far',
    },
  ),
  keeps('a header that never ends', text('From: Ann <ann@nasty.example>\nSubject: Cut off'), {
    subject: 'Cut off',
    text: '',
  }),
  keeps('a header that ends inside a field name', text('From: Ann <ann@nasty.example>\nSubject: Cut\nX-Cu'), {
    subject: 'Cut',
    text: '',
  }),
  keeps('a subject that begins in its third line', message('Subject:\n \n \tLate\n  words'), { subject: 'Late words' }),
  keeps('a field hidden in a fold', message('Subject: Hi\n Bcc: all@nasty.example\n\tFrom: eve@nasty.example'), {
    subject: 'Hi Bcc: all@nasty.example From: eve@nasty.example',
  }),
  keeps('a field behind a bare CR', message('Subject: Hi\rFrom: eve@nasty.example\rX: y'), {
    subject: 'Hi From: eve@nasty.example X: y',
  }),
  keeps('lines that end in CR alone', Buffer.from('From: Ann <ann@nasty.example>\rSubject: Old Mac\r\rHello.\rBye.'), {
    subject: 'Old Mac',
    text: 'Hello.\nBye.',
  }),
  keeps(
    'lines that end in LF, CR LF and CR LF CR in turn',
    Buffer.from('From: Ann <ann@nasty.example>\nSubject: Mixed\r\n\r\nHello.\r\r\nBye.\n'),
    {
      subject: 'Mixed',
      text: 'Hello.\nBye.',
    },
  ),
  keeps('a line without a colon among the fields', message('This is no field\nSubject: Still'), { subject: 'Still' }),
  keeps('blanks before the colon', message('Subject \t : Spaced'), { subject: 'Spaced' }),
  keeps('field names in any case', message('sUBJECT: Shouted\nCONTENT-TYPE: TEXT/HTML', '<p>Hello.'), {
    subject: 'Shouted',
  }),
  keeps('a From that only looks like one', message('\u00a0From: eve@nasty.example\nFrom: Ann <ann@nasty.example>')),
  keeps(
    'two From, two Subject, two Message-ID',
    message(
      'From: Ann <ann@nasty.example>\nFrom: Eve <eve@nasty.example>\nSubject: One\nSubject: Two\nMessage-ID: <two-1@nasty.example>\nMessage-ID: <two-2@nasty.example>',
    ),
    { subject: 'One', messageId: '<two-1@nasty.example>' },
  ),
  keeps(
    'empty fields before those with something in them',
    message(
      'From:\nFrom: Ann <ann@nasty.example>\nSubject:\nSubject: Second\nMessage-ID:\nMessage-ID: <second@nasty.example>',
    ),
    { subject: 'Second', messageId: '<second@nasty.example>' },
  ),
  keeps(
    'two Content-Types: the first decides',
    message('Content-Type: text/html\nContent-Type: text/plain', '<b>Hello.</b>'),
  ),
  keeps('NUL in names and values', message('Sub\0ject: no\nSubject: a\0b'), { subject: 'ab' }),
  keeps(
    'a byte order mark and blank lines in front',
    bytes('\xef\xbb\xbf\n\n\nFrom: Ann <ann@nasty.example>\n\nHello.'),
  ),
  keeps(
    'the From_ line of a mailbox file',
    text('From ann@nasty.example Thu Jan  1 00:00:00 2026\nFrom: Ann <ann@nasty.example>\n\nHello.'),
  ),
  keeps('a subject of nothing but control characters', message('Subject: \x01\x02\x1b\x7f')),
  keeps('a subject that turns the direction of writing', message('Subject: invoice \u202efdp.exe\u2066'), {
    subject: 'invoice fdp.exe',
  }),
  unreadable('nothing but line ends', text('\n'.repeat(50))),
  unreadable('a body without a header', text('\n\nHello.\n')),
  unreadable('fields without values', text('From:\nSubject:\n\nHello.')),
  unreadable(
    'the bytes of a picture',
    Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk', 'base64'),
  ),
  unreadable('a message in UTF-16', Buffer.from('\ufeffFrom: Ann <ann@nasty.example>\r\n\r\nHello.', 'utf16le')),
  withoutSender('JSON that looks like a header', text('{\n"from": "ann@nasty.example"\n}\n'), [
    missing,
    missing,
    missing,
  ]),
]
