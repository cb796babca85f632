/** What programs send, each in its own way: bounces, receipts, reports, lists, invitations, notices of absence. */
import { keeps, message, multipart, type NastyMail } from './written.ts'

const automatic = (name: string, header: string, kept = {}) =>
  keeps(name, message(header), { automatic: true, ...kept })
const daemon = { from: { name: '', address: 'mailer-daemon@nasty.example' }, automatic: true }

export const programs: readonly NastyMail[] = [
  automatic('a notice of absence', 'Auto-Submitted: auto-replied (vacation)\nSubject: Away', { subject: 'Away' }),
  automatic('an absence as Microsoft says it', 'X-Auto-Response-Suppress: All'),
  automatic('an absence as old programs say it', 'Precedence: auto_reply'),
  automatic('bulk', 'Precedence: BULK'),
  automatic('a list', 'List-Id: "News" <news.nasty.example>'),
  automatic('a list that hides in capitals', 'LIST-ID: <news.nasty.example>'),
  automatic('the null return path', 'Return-Path: < >'),
  automatic('an unknown word of Auto-Submitted', 'Auto-Submitted: x-something'),
  keeps(
    'a person who says so',
    message('Auto-Submitted: no\nPrecedence: first-class\nReturn-Path: <ann@nasty.example>'),
  ),
  keeps(
    'a bounce without a readable part',
    message(
      'From: mailer-daemon@nasty.example\nReturn-Path: <>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b',
      '--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--',
    ),
    {
      ...daemon,
      text: '',
      attachments: [
        ['attachment-1', 'message/delivery-status', 16],
        ['attachment-2', 'text/rfc822-headers', 11],
      ],
    },
  ),
  keeps(
    'a bounce that names no author but the null sender',
    message('From: <>\nSender: <>\nReply-To: mailer-daemon@nasty.example\nReturn-Path: <>'),
    daemon,
  ),
  keeps(
    'a receipt',
    multipart(
      'report; report-type=disposition-notification',
      '\nRead.',
      'Content-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed',
    ),
    { text: 'Read.', attachments: [['attachment-1', 'message/disposition-notification', 56]] },
  ),
  keeps(
    'a complaint',
    multipart(
      'report; report-type=feedback-report',
      '\nAbuse.',
      'Content-Type: message/feedback-report\n\nFeedback-Type: abuse',
      'Content-Type: message/rfc822\n\nFrom: eve@nasty.example\n\nOld.',
    ),
    {
      text: 'Abuse.',
      attachments: [
        ['attachment-1', 'message/feedback-report', 21],
        ['attachment-2', 'message/rfc822', 30],
      ],
    },
  ),
  keeps(
    'an invitation and nothing else',
    message('Content-Type: text/calendar; method=REQUEST', 'BEGIN:VCALENDAR\nEND:VCALENDAR'),
    {
      text: '',
      attachments: [['attachment-1', 'text/calendar', 30]],
    },
  ),
  keeps(
    'a signed message (PGP)',
    multipart(
      'signed; protocol="application/pgp-signature"',
      '\nHello.',
      'Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----',
    ),
    { attachments: [['signature.asc', 'application/pgp-signature', 30]] },
  ),
  keeps(
    'a message signed in its text',
    message('', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -- Hello.'),
    {
      text: '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -- Hello.',
    },
  ),
]
