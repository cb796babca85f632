/** Message-IDs, references and dates that are none. */
import { keeps, message, type NastyMail } from './written.ts'

const marked = (name: string, field: string, messageId: string | null) =>
  keeps(name, message(`Message-ID: ${field}`), { messageId })
const dated = (name: string, date: string) => keeps(name, message(`Date: ${date}`))
const long = `<${'i'.repeat(1_984)}@nasty.example>`

export const marks: readonly NastyMail[] = [
  marked('a Message-ID without brackets', 'bare@nasty.example', '<bare@nasty.example>'),
  marked('a Message-ID with a comment', '(made by hand) <comment@nasty.example> (really)', '<comment@nasty.example>'),
  marked('two Message-IDs in one field', '<first@nasty.example> <other@nasty.example>', '<first@nasty.example>'),
  marked('an empty Message-ID', '<>', null),
  marked('a Message-ID with blanks', '<a b@nasty.example>', null),
  marked('a Message-ID that is a sentence', 'I do not know', null),
  marked('a Message-ID without an at sign', '<20260101120000.12345>', '<20260101120000.12345>'),
  marked('a Message-ID with NUL', '<nu\0l@nasty.example>', '<nul@nasty.example>'),
  marked(
    'a Message-ID in an encoded word',
    '=?utf-8?q?=3Cword=40nasty.example=3E?=',
    '<=?utf-8?q?=3Cword=40nasty.example=3E?=>',
  ),
  marked('a Message-ID of 2,000 bytes', long, long),
  marked('a Message-ID of 2,001 bytes: too long for the index', long.replace('<', '<x'), null),
  marked('a Message-ID of 1,500 letters of two bytes', `<${'é'.repeat(1_500)}@nasty.example>`, null),
  marked('a folded Message-ID', '\n <folded@nasty.example>', '<folded@nasty.example>'),
  keeps(
    'an answer to itself',
    message('Message-ID: <self@nasty.example>\nIn-Reply-To: <self@nasty.example>\nReferences: <self@nasty.example>'),
    {
      messageId: '<self@nasty.example>',
    },
  ),
  keeps(
    '10,000 references',
    message(`References: ${Array.from({ length: 10_000 }, (_, at) => `<${at}@n.example>`).join('\n ')}`),
  ),
  keeps(
    'references without blanks, with commas and words',
    message('References: <a@n.example><b@n.example>,<c@n.example> and others'),
  ),
  keeps(
    'an answer as old programs write it',
    message('In-Reply-To: Your message of "Thu, 1 Jan 2026" <old@nasty.example>'),
  ),
  dated('a date in the year 1', 'Mon, 1 Jan 0001 00:00:00 +0000'),
  dated('a date in the year 275761', '13 Sep 275761 00:00:00 +0000'),
  dated('a date of a day that is not', 'Wed, 31 Feb 2026 25:61:61 +9999'),
  dated('a zone that is none', 'Thu, 1 Jan 2026 00:00:00 MARS'),
  dated('a date of 100,000 digits', '1'.repeat(100_000)),
  dated('a date in Chinese', '2026年1月1日'),
  dated('not a number', 'NaN'),
]
