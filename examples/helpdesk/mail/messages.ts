import type { MailAttachment, ParsedMail } from './parse.ts'

/** What must come out of a file of `messages/`; the README there says what is peculiar about it. */
export type ExpectedMail =
  | (Pick<ParsedMail, 'from' | 'subject'> & {
      readonly file: string
      readonly bodyIncludes: string
      readonly attachments: readonly Pick<MailAttachment, 'name' | 'type'>[]
      readonly refused?: never
    })
  | { readonly file: string; readonly refused: true }

const longSubject =
  'URGENT ' +
  Array.from({ length: 40 }, (_, index) => `please read no. ${String(index + 1).padStart(4, '0')}`).join(' ')

export const messages: readonly ExpectedMail[] = [
  {
    file: 'gmail-web.eml',
    from: { name: 'Priya Raman', address: 'priya.raman@example.com' },
    subject: "Chuck on my D200 drill won't hold bits any more",
    bodyIncludes: 'thinner than 4 mm: the bit spins',
    attachments: [],
  },
  {
    file: 'gmail-android.eml',
    from: { name: 'Tomasz Wolny', address: 'tomasz.wolny@example.org' },
    subject: 'wrong battery in parcel',
    bodyIncludes: 'got a 2.0 instead 🙁 box says 5.0',
    attachments: [{ name: 'PXL_20260304_183811204.png', type: 'image/png' }],
  },
  {
    file: 'outlook-desktop.eml',
    from: { name: 'Ingrid Solheim', address: 'ingrid.solheim@northfjord.example' },
    subject: 'Meters not reporting since GridView 7.4',
    bodyIncludes: '“handshake refused: certificate not yet valid”',
    attachments: [],
  },
  {
    file: 'outlook-web.eml',
    from: { name: 'Derek Okafor', address: 'd.okafor@millbrook-dental.example' },
    subject: 'VAT return rejected, box 4',
    bodyIncludes: 'Box 4 on our side says £2,318.40.',
    attachments: [],
  },
  {
    file: 'apple-mail.eml',
    from: { name: 'Noor Lindström', address: 'noor@atelier-lind.example' },
    subject: 'Exploded view for the RS-40 sander',
    bodyIncludes: 'doesn’t show it at all — is there a newer exploded view?',
    attachments: [{ name: 'washer.png', type: 'image/png' }],
  },
  {
    file: 'iphone.eml',
    from: { name: 'Katrin Vogt', address: 'katrin.vogt@example.net' },
    subject: 'Ladegerät blinkt rot',
    bodyIncludes: 'Viele Grüße\nKatrin Vogt\n\nVon meinem iPhone gesendet',
    attachments: [],
  },
  {
    file: 'thunderbird.eml',
    from: { name: 'Jonas Brandt', address: 'jonas.brandt@stadtwerke-auental.example' },
    subject: 'GridView export job hangs at 99 %',
    bodyIncludes: 'stops at 99 % and stays there until somebody restarts',
    attachments: [{ name: 'export-2026-03-10.log', type: 'text/x-log' }],
  },
  {
    file: 'mutt-pgp.eml',
    from: { name: 'Radek Havel', address: 'radek@havel.example' },
    subject: 'Wrong SHA-256 on the download page for gridview-agent 7.4.1',
    bodyIncludes: 'From the outside that looks exactly like a tampered package',
    attachments: [{ name: 'signature.asc', type: 'application/pgp-signature' }],
  },
  {
    file: 'evolution.eml',
    from: { name: 'Amélie Dubois', address: 'amelie.dubois@lycee-montrose.example' },
    subject: "Import FEC : exercice décalé d'un an",
    bodyIncludes: 'du 1er septembre au 31 août',
    attachments: [],
  },
  {
    file: 'k9-mail.eml',
    from: { name: 'Sean McAllister', address: 'sean.mcallister@example.org' },
    subject: 'Re: Your order A-20931 has shipped',
    bodyIncludes: '>Good news, Sean! Your order A-20931 is on its way.',
    attachments: [],
  },
  {
    file: 'yahoo.eml',
    from: { name: 'Linda Marsh', address: 'linda_marsh77@yahoo.example' },
    subject: 'charged twice for march??',
    bodyIncludes: 'both 02 March both £19.00.',
    attachments: [],
  },
  {
    file: 'samsung.eml',
    from: { name: 'Miguel Ferreira', address: 'm.ferreira@example.com' },
    subject: 'Peça para serra CS-190',
    bodyIncludes: 'escovas de carvão da serra CS-190',
    attachments: [],
  },
  {
    file: 'windows-live-mail.eml',
    from: { name: 'Helge Pettersson', address: 'h.pettersson@example.net' },
    subject: 'Spare knob for bench grinder BG150',
    bodyIncludes: 'Skärgårdsvägen 12',
    attachments: [],
  },
  {
    file: 'lotus-notes.eml',
    from: { name: 'Rita Castellani', address: 'r.castellani@ferrovia-sud.example' },
    subject: 'Allarme "fase L2 mancante" su 3 convertitori',
    bodyIncludes: 'da venerdì sera tre convertitori',
    attachments: [],
  },
  {
    file: 'roundcube.eml',
    from: { name: 'Office Bergwacht', address: 'office@verein-bergwacht.example' },
    subject: 'Donations account shows negative balance',
    bodyIncludes: 'A donations account cannot be negative',
    attachments: [{ name: 'journal-4400.csv', type: 'text/csv' }],
  },
  {
    file: 'php-contact-form.eml',
    from: { name: 'Jürgen Groß', address: 'j.gross@example.org' },
    subject: 'Kontaktformular: Rückgabe Sägeblatt',
    bodyIncludes: 'das Sägeblatt mit 216 mm',
    attachments: [],
  },
  {
    file: 'sendmail-cron.eml',
    from: { name: 'Cron Daemon', address: 'root@histdb3.northfjord.example' },
    subject: 'Cron <root@histdb3> /opt/gridview/bin/compact --all',
    bodyIncludes: 'gave up after 3 attempts, exit 74',
    attachments: [],
  },
  {
    file: 'auto-reply.eml',
    from: { name: 'Owen Baptiste', address: 'owen.baptiste@kestrel-homes.example' },
    subject: 'Out of office Re: [#311] Payroll run stuck in "calculating"',
    bodyIncludes: 'I am away until Tuesday 7 April',
    attachments: [],
  },
  {
    file: 'bounce.eml',
    from: { name: 'Mail Delivery System', address: 'mailer-daemon@mail.stadtwerke-auental.example' },
    subject: 'Undelivered Mail Returned to Sender',
    bodyIncludes: '452 4.2.2 Mailbox full',
    attachments: [
      { name: 'attachment-1', type: 'message/delivery-status' },
      { name: 'attachment-2', type: 'message/rfc822' },
    ],
  },
  {
    file: 'calendar-invitation.eml',
    from: { name: 'Lotte Verhoeven', address: 'lotte.verhoeven@polderwind.example' },
    subject: 'Curtailment report walkthrough',
    bodyIncludes: 'We are four people on our side',
    attachments: [{ name: 'attachment-1', type: 'text/calendar' }],
  },
  {
    file: 'japanese-iso-2022-jp.eml',
    from: { name: '佐藤 健一', address: 'sato@kouji-sangyo.example' },
    subject: '電動ドリル D200 のバッテリーについて（至急）',
    bodyIncludes: 'シリアル番号は B50-260117-0442 です。',
    attachments: [],
  },
  {
    file: 'chinese-gb2312.eml',
    from: { name: '王芳', address: 'wangfang@huadong-dianli.example' },
    subject: '变电站数据采集中断，请协助处理',
    bodyIncludes: '電話也可以联系我',
    attachments: [],
  },
  {
    file: 'russian-koi8-r.eml',
    from: { name: 'Наталья Орлова', address: 'orlova@sevkabel.example' },
    subject: 'Не сходится сальдо по счету 60 за март',
    bodyIncludes: 'Похоже, две накладные попали в апрель.',
    attachments: [],
  },
  {
    file: 'windows-1252-quotes.eml',
    from: { name: "Brendan O'Neill", address: 'b.oneill@example.com' },
    subject: 'The “TPS report” cover sheet',
    bodyIncludes: 'our auditor won’t take it…',
    attachments: [],
  },
  {
    file: 'euro-iso-8859-15.eml',
    from: { name: 'Pieter Declèrcq', address: 'pieter.declercq@fietswinkel.example' },
    subject: 'Factuur 2026-0318: € 89,00 te veel',
    bodyIncludes: '€ 178,00 voor twee gebruikers',
    attachments: [],
  },
  {
    file: 'smtputf8.eml',
    from: { name: 'José Muñoz', address: 'josé.muñoz@correo-ñandú.example' },
    subject: '¿Garantía de la amoladora BG150? 🔧',
    bodyIncludes: '¿Sigue en garantía?',
    attachments: [],
  },
  {
    file: 'smime-signed.eml',
    from: { name: 'Helena Sørensen', address: 'helena.sorensen@arcadia-trust.example' },
    subject: 'Export and deletion, client no. 40071',
    bodyIncludes: 'the contract of 2019, §11',
    attachments: [{ name: 'smime.p7s', type: 'application/pkcs7-signature' }],
  },
  {
    file: 'nested-multipart.eml',
    from: { name: 'Zoltan Kiss', address: 'zoltan.kiss@danubepumps.example' },
    subject: 'AW: Quote 7718, missing items',
    bodyIncludes: 'Mit freundlichen Grüßen',
    attachments: [
      { name: 'image001.png', type: 'image/png' },
      {
        name: '7718 fehlende Positionen.xlsx',
        type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      },
    ],
  },
  {
    file: 'forwarded-as-attachment.eml',
    from: { name: 'Chiara Conti', address: 'chiara.conti@studio-conti.example' },
    subject: 'Fwd: Your Initech account will be closed',
    bodyIncludes: 'I attach it untouched so you can see the headers.',
    attachments: [{ name: 'Your Initech account will be closed.eml', type: 'message/rfc822' }],
  },
  {
    file: 'rfc2231-filename.eml',
    from: { name: 'Eleni Papadaki', address: 'e.papadaki@example.net' },
    subject: 'Damaged box, order A-21077',
    bodyIncludes: 'the depth stop is missing',
    attachments: [
      { name: 'Ζημιά στο κιβώτιο – φωτογραφίες και δελτίο αποστολής A-21077.pdf', type: 'application/pdf' },
    ],
  },
  {
    file: 'html-only.eml',
    from: { name: 'Hannah Weiss', address: 'hannah.weiss@example.com' },
    subject: 'Question about a product: CS-190',
    bodyIncludes: 'included – the photo doesn’t show one.\n\n- I cut mostly plywood & oak,',
    attachments: [],
  },
  {
    file: 'attachment-only.eml',
    from: { name: '', address: 'scanner@weld-and-co.example' },
    subject: 'Scanned from MFP-OFFICE',
    bodyIncludes: '',
    attachments: [{ name: 'SCN_20260414_0001.pdf', type: 'application/pdf' }],
  },
  {
    file: 'mailing-list.eml',
    from: { name: 'Petra Lang via GridView-users', address: 'gridview-users@lists.powerusers.example' },
    subject: 'Re: [GridView-users] Modbus gateway drops every 49 days',
    bodyIncludes: '49.7 days is a 32-bit millisecond counter.',
    attachments: [],
  },
  {
    file: 'reply.eml',
    from: { name: 'Priya Raman', address: 'priya.raman@example.com' },
    subject: "Re: [#204] Chuck on my D200 drill won't hold bits any more",
    bodyIncludes: 'left-hand thread, good that you said so',
    attachments: [],
  },
  {
    file: 'no-message-id.eml',
    from: { name: 'UPS Basement', address: 'ups@stadtwerke-auental.example' },
    subject: 'GridView agent offline on UPS-B1',
    bodyIncludes: 'Battery 100 %, input 231 V, load 34 %.',
    attachments: [],
  },
  {
    file: 'no-subject.eml',
    from: { name: 'Gus Holloway', address: 'gus.holloway@example.org' },
    subject: '(no subject)',
    bodyIncludes: 'packs of 10',
    attachments: [],
  },
  {
    file: 'no-date.eml',
    from: { name: 'Accounts Payable', address: 'ap@harborlight.example' },
    subject: 'Interface INITECH-OUT stopped: 14 vouchers waiting',
    bodyIncludes: 'period 2026-03 is locked',
    attachments: [],
  },
  {
    file: 'duplicate-headers.eml',
    from: { name: 'Dana Whitlock', address: 'dana.whitlock@riverbend.example' },
    subject: 'Bulk order of carbon brushes',
    bodyIncludes: 'We run a repair\ncafé',
    attachments: [],
  },
  {
    file: 'broken-boundary.eml',
    from: { name: 'Stefan Auer', address: 'stefan.auer@tischlerei-auer.example' },
    subject: 'Planer thicknesser trips the breaker',
    bodyIncludes: 'Do I need a type C breaker',
    attachments: [{ name: 'type-plate.png', type: 'image/png' }],
  },
  {
    file: 'folded-subject.eml',
    from: { name: 'Bauleitung Hochbau Kern (Grüner)', address: 'bauleitung@hochbau-kern.example' },
    subject:
      'Überprüfung der Rückerstattung für Säge, Bohrmaschine und Akkuschrauber (Bestellung A-21340) – dringend, Baustelle läuft',
    bodyIncludes: 'bisher nur der Akkuschrauber',
    attachments: [],
  },
  {
    file: 'quoted-name.eml',
    from: { name: 'MacReady, John "Mac" (Sheet Metal, Inc.)', address: 'jmacready@sheet-metal.example' },
    subject: 'Nibbler punches, size 6',
    bodyIncludes: 'Consider this the request.',
    attachments: [],
  },
  {
    file: 'hostile-from.eml',
    from: { name: 'Support Bcc: everyone@globex.example X-Admin: yes', address: 'mallory@evil.example' },
    subject: 'Hello Bcc: victim@example.com <script>alert(1)</script>',
    bodyIncludes: 'please look at the attached invoice',
    attachments: [
      { name: 'in voice.pdf', type: 'application/octet-stream' },
      { name: 'invoicefdp.exe', type: 'application/x-msdownload' },
    ],
  },
  {
    file: 'hostile-subject.eml',
    from: { name: `${'Very Important Person '.repeat(10).slice(0, 199)}…`, address: 'vip@loud.example' },
    subject: `${longSubject.slice(0, 499)}…`,
    bodyIncludes: 'See subject.',
    attachments: [],
  },
  {
    file: 'hostile-html.eml',
    from: { name: '<img src=x onerror=alert(1)>', address: 'eve@evil.example' },
    subject: 'Refund',
    bodyIncludes: '5 < 6 & ��7 > 6\n\nThanks, Eve',
    attachments: [],
  },
  { file: 'refused-no-sender.eml', refused: true },
  { file: 'refused-no-address.eml', refused: true },
  { file: 'refused-not-mail.eml', refused: true },
]
