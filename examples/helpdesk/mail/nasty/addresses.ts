/** Whom a message is from, when From is a group, a list, a comment, a trap or nothing. */
import { keeps, message, missing, type NastyMail, text, unusable, withoutSender } from './written.ts'

const from = (name: string, address: string) => ({ from: { name, address } })
const says = (field: string) => message(`From: ${field}`)
const nobody = (name: string, field: string) => withoutSender(name, says(field), [unusable, missing, missing])

export const addresses: readonly NastyMail[] = [
  keeps('a group', says('Sales team: Ben <ben@nasty.example>, cy@nasty.example;'), from('Ben', 'ben@nasty.example')),
  nobody('an empty group', 'Undisclosed recipients:;'),
  nobody('groups in groups, 3,000 deep', 'g:'.repeat(3_000)),
  keeps(
    'comments in comments: the name is what is left of them',
    says('dora@nasty.example (Dora (of (the) north))'),
    from('north))', 'dora@nasty.example'),
  ),
  keeps(
    'a name with every sign that has a meaning',
    says(String.raw`"Ed, \"E\" <x@y.example>: (;) \\ " <ed@nasty.example>`),
    from('Ed, "E" <x@y.example>: (;) \\', 'ed@nasty.example'),
  ),
  keeps(
    'a name that is another address',
    says('"ceo@bank.example" <fay@nasty.example>'),
    from('ceo@bank.example', 'fay@nasty.example'),
  ),
  keeps(
    'an encoded name that holds an address',
    says('=?utf-8?q?ceo=40bank=2Eexample_=3Cceo=40bank=2Eexample=3E?= <gil@nasty.example>'),
    from('ceo@bank.example <ceo@bank.example>', 'gil@nasty.example'),
  ),
  nobody('an address only inside an encoded word', '=?utf-8?b?aGFsQG5hc3R5LmV4YW1wbGU=?='),
  keeps(
    '500 senders',
    says(Array.from({ length: 500 }, (_, at) => `No ${at} <no${at}@nasty.example>`).join(', ')),
    from('No 0', 'no0@nasty.example'),
  ),
  keeps(
    '499 that are none, and one',
    says(`${'nobody, '.repeat(499)}ida@nasty.example`),
    from('', 'ida@nasty.example'),
  ),
  keeps(
    'semicolons between addresses',
    says('nobody; jo@nasty.example; kim@nasty.example'),
    from('', 'jo@nasty.example'),
  ),
  keeps('an address in capitals', says('<KURT@NASTY.EXAMPLE>'), from('', 'kurt@nasty.example')),
  keeps('capitals that are two letters in lower case', says('<İLSE@NASTY.EXAMPLE>'), from('', 'i̇lse@nasty.example')),
  keeps('an international address', says('Łukasz <łukasz@żółw.example>'), from('Łukasz', 'łukasz@żółw.example')),
  keeps('the same letters, composed and not', says('<rene\u0301@nasty.example>'), from('', 'rené@nasty.example')),
  keeps('a domain in Punycode', says('Mo <mo@xn--bcher-kva.example>'), from('Mo', 'mo@xn--bcher-kva.example')),
  keeps('no angle brackets', says('ned@nasty.example'), from('', 'ned@nasty.example')),
  keeps('a bracket that is never closed', says('Ola <ola@nasty.example'), from('Ola', 'ola@nasty.example')),
  keeps(
    'a name of 100,000 characters',
    says(`"${'n'.repeat(100_000)}" <pam@nasty.example>\nSender: Pam <pam@nasty.example>`),
    from('Pam', 'pam@nasty.example'),
  ),
  keeps(
    'a name of many lines',
    says('=?utf-8?q?Quin=0D=0ABcc=3A_all=40nasty.example=00?= <quin@nasty.example>'),
    from('Quin Bcc: all@nasty.example', 'quin@nasty.example'),
  ),
  keeps(
    'a sender besides an author who has none',
    message('From: MAILER\nSender: Rob <rob@nasty.example>'),
    from('Rob', 'rob@nasty.example'),
  ),
  keeps('only a Reply-To', message('From: <>\nReply-To: Sue <sue@nasty.example>'), from('Sue', 'sue@nasty.example')),
  keeps(
    'SQL as a name and as an address',
    says(`"'); drop table customers; --" <tim'or'1'='1@nasty.example>`),
    from("'); drop table customers; --", "tim'or'1'='1@nasty.example"),
  ),
  nobody('the null sender', '<>'),
  nobody('a quoted local part', '"una with blanks"@nasty.example'),
  nobody('an address literal', 'una@[192.0.2.1]'),
  nobody('a local part of 65 characters', `<${'a'.repeat(65)}@nasty.example>`),
  nobody('255 bytes in 200 characters', `<${'é'.repeat(55)}@${'é'.repeat(60)}.${'a'.repeat(20)}.example>`),
  nobody('an invisible character', '<a\u200bnn@nasty.example>'),
  nobody('a control character', '<a\x07nn@@nasty.example>'),
  nobody('two at signs', '<ann@nasty@nasty.example>'),
  nobody('a host without a dot', 'root@localhost'),
  withoutSender('three fields of nothing', text('From: a\nSender: b\nReply-To: c\n\nHello.'), [
    unusable,
    unusable,
    unusable,
  ]),
]
