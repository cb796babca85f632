import type { DemoDesk } from './desk.ts'

const nina = 'nina@initech.example'
const pavel = 'pavel@initech.example'
const grace = 'grace@initech.example'
const tim = 'tim@initech.example'

const harriet = 'harriet@bluebell-bakery.example'
const accounts = 'accounts@redfern-logistics.example'
const omar = 'omar.siddiq@siddiq-partners.example'
const julia = 'julia.brandt@example.org'
const peter = 'peter.g@lumbergh-consulting.example'
const mei = 'mei.lin@jade-teahouse.example'
const trust = 'treasurer@village-hall-trust.example'
const carlos = 'carlos.ortega@ortega-electric.example'

/** Accounting software for small companies: ledgers, payroll, tax returns, and the TPS report. */
export const initech: DemoDesk = {
  name: 'Initech Books',
  members: [
    { name: 'Nina Bowman', email: nina },
    { name: 'Pavel Dvořák', email: pavel },
    { name: 'Grace Oyelaran', email: grace },
    { name: 'Tim Sutter', email: tim },
  ],
  customers: [
    { name: 'Harriet Cole', email: harriet },
    { name: 'Redfern Logistics, Accounts', email: accounts },
    { name: 'Omar Siddiq', email: omar },
    { name: 'Julia Brandt', email: julia },
    { name: 'Peter Gibbs', email: peter },
    { name: 'Mei Lin', email: mei },
    { name: 'Village Hall Trust, Treasurer', email: trust },
    { name: 'Carlos Ortega', email: carlos },
  ],
  tickets: [
    {
      subject: 'Bank feed imports every payment twice',
      status: 'solved',
      priority: 'high',
      customer: harriet,
      assignee: pavel,
      tags: ['bank-feed'],
      comments: [
        {
          author: harriet,
          public: true,
          body: 'since tuesday every card payment is in my books twice, same amount same day. i deleted about 40 by hand and today they are back again!! please stop it before i do the VAT on friday',
        },
        {
          author: pavel,
          public: true,
          body: 'Hello Harriet,\n\nplease stop deleting, I will do that for you. Your bank changed the reference of card payments on Tuesday, from the day they clear to the day they are made, so the feed took the old ones for new. I have switched your feed off for the moment.',
        },
        {
          author: pavel,
          public: false,
          body: 'Rule 118 in the matcher, deployed 14:05. 61 customers at this bank, 9 with duplicates. Clean-up script is reviewed, Grace runs it tonight.',
        },
        {
          author: pavel,
          public: true,
          body: 'The duplicates are gone: 83 entries, the list is under Bank > History > 12 March so that you can check. The feed is on again and matches the new references. Your 40 deletions by hand were all right.',
        },
        { author: harriet, public: true, body: 'checked, all good. you saved my friday' },
      ],
    },
    {
      subject: 'TPS report: which cover sheet?',
      status: 'closed',
      priority: 'low',
      customer: peter,
      assignee: tim,
      tags: ['tps-report', 'printing'],
      comments: [
        {
          author: peter,
          public: true,
          body: 'I have eight different people telling me to use the new cover sheet on the TPS report. Where is it? Mine still prints the old one.',
        },
        {
          author: tim,
          public: true,
          body: 'Hi Peter, the new one is used for reports from this quarter on; older ones keep theirs, so that a reprint looks like the original. To switch it for all: Reports > TPS > Layout > Cover sheet > "2026". I have attached nobody’s memo about it.',
        },
        { author: peter, public: true, body: 'Found it. Yeah, thanks.' },
      ],
    },
    {
      subject: 'Payroll: employee paid under wrong tax code',
      status: 'open',
      priority: 'urgent',
      customer: accounts,
      assignee: grace,
      tags: ['payroll', 'tax'],
      comments: [
        {
          author: accounts,
          public: true,
          body: 'One of our drivers was taxed on an emergency code in February and March although we entered his new code on 2 February. He is £412 short and rightly upset. Payroll for April closes tomorrow at noon. How do we put this right within the April run?\n\nShirley, Redfern Logistics',
        },
        {
          author: grace,
          public: true,
          body: 'Dear Shirley,\n\nthe code was entered with the starting date 2 February **2027**, so the program waits for next year. Please correct the year under Employees > Tax code > History. The April run then refunds February and March by itself, because his code is cumulative.\n\nOpen the preview before you close the run: his net pay should be higher by £412.20. Call me if it is not, I am at my desk until six.',
        },
        {
          author: grace,
          public: false,
          body: 'We should warn when a tax code starts in the future by more than 60 days. Asked Pavel for an estimate.',
        },
      ],
    },
    {
      subject: 'How to book a voucher sold today and used next year',
      status: 'solved',
      priority: 'low',
      customer: mei,
      assignee: tim,
      tags: ['how-to'],
      comments: [
        {
          author: mei,
          public: true,
          body: 'Hello, we sell gift vouchers in our tea house. Some people come back only after a year. When do I book the income, and the tax?',
        },
        {
          author: tim,
          public: true,
          body: 'Hello Mei,\n\nthe money is a debt until the guest drinks the tea: book the sale to 3250 "Vouchers outstanding", and move it to income when the voucher is used. In the till import this is the switch "Voucher" at the article, then both bookings happen by themselves.\n\nFor the tax it depends: if everything you sell has one rate it is due at the sale, else when the voucher is used. Your accountant can tell you which one you are; there is a setting for both.',
        },
        {
          author: mei,
          public: true,
          body: 'Two rates (tea to go and cake inside), so the second one. Very clear, thank you!',
        },
      ],
    },
    {
      subject: 'Cannot close March: "1 unposted document"',
      status: 'pending',
      priority: 'normal',
      customer: omar,
      assignee: pavel,
      tags: ['month-end'],
      comments: [
        {
          author: omar,
          public: true,
          body: 'Month-end stops with "1 unposted document" and the list below it is empty. I looked through all journals.',
        },
        {
          author: pavel,
          public: true,
          body: 'The list only shows what you may see. The document is a draft in the payroll journal, which your role does not include. Could you ask your colleague with payroll rights to open Payroll > Drafts? If nobody has them, tell me and I explain how the owner of the account can grant them.',
        },
        {
          author: pavel,
          public: false,
          body: 'The message is useless as it is. It should say "in a journal you cannot see".',
        },
      ],
    },
    {
      subject: 'Receipt photos upside down',
      status: 'solved',
      priority: 'low',
      customer: carlos,
      assignee: tim,
      tags: ['mobile', 'receipts'],
      comments: [
        {
          author: carlos,
          public: true,
          body: 'all receipts i take with the phone come out upside down in the app, new phone since last week',
        },
        {
          author: tim,
          public: true,
          body: 'That was our mistake: the app ignored the camera’s mark for "turned by 180 degrees", which your new phone uses. Fixed in 6.11.2, out today. Receipts you have already taken turn themselves round the next time you open them.',
        },
      ],
    },
    {
      subject: 'Access for our auditor',
      status: 'solved',
      priority: 'normal',
      customer: trust,
      assignee: nina,
      tags: ['permissions', 'audit'],
      comments: [
        {
          author: trust,
          public: true,
          body: 'Our auditor would like to look at the books herself rather than receive prints. She should see everything of last year and change nothing. Is there a fee?',
        },
        {
          author: nina,
          public: true,
          body: 'No fee. Under People > Invite choose the role "Auditor", and limit it to the year 2025. She sees journals, documents and the change log, and can leave questions at entries. The access ends on the day you enter; most people take three months.',
        },
        { author: trust, public: true, body: 'Invited, she is in. Most grateful, that saves me two lever arch files.' },
      ],
    },
    {
      subject: 'Rounding: invoice off by one cent',
      status: 'open',
      priority: 'normal',
      customer: julia,
      assignee: pavel,
      tags: ['invoicing'],
      comments: [
        {
          author: julia,
          public: true,
          body: 'Rechnung 2026-041: three lines at 33.33 with 19 %. Initech says total 118.99, my client’s system says 118.98 and refuses the e-invoice. Who is right? By hand I get both, depending on where I round.',
        },
        {
          author: pavel,
          public: true,
          body: 'Both are allowed, and your client’s system checks for only one: tax on the sum (99.99 × 0.19 = 19.00) against tax on each line (6.33 × 3 = 18.99). For e-invoices the sum is what the standard asks for, and it is what we do. I will look at the file of 041 to see whether we wrote the line amounts in a way that invites the other reading.',
        },
      ],
    },
    {
      subject: 'please cancel my subscription',
      status: 'closed',
      priority: 'normal',
      customer: julia,
      assignee: nina,
      tags: ['account', 'billing'],
      comments: [
        {
          author: julia,
          public: true,
          body: 'Please cancel the second company (Brandt Events), it was closed in December. Keep the first one.',
        },
        {
          author: nina,
          public: true,
          body: 'Brandt Events is cancelled as of 31 March, and the fee for January to March is credited on your next invoice, since nothing was booked there. You can still read and export it for ten years.',
        },
      ],
    },
    {
      subject: 'Import from old program: 2 of 11 years missing',
      status: 'open',
      priority: 'high',
      customer: accounts,
      assignee: pavel,
      tags: ['migration'],
      comments: [
        {
          author: accounts,
          public: true,
          body: 'The migration report says "11 years imported, 0 errors" but 2018 and 2019 are empty. We changed our chart of accounts in 2018 and changed back in 2020, perhaps that is why.',
        },
        {
          author: pavel,
          public: true,
          body: 'That is exactly why: entries on accounts that exist in no other year were set aside. They are not lost, they are in the import’s rest file (41,208 entries). I am building a mapping from your 2018 chart; you will get a list of 37 accounts to confirm, probably on Thursday.',
        },
        { author: accounts, public: true, body: 'Thursday is fine. Zero errors is a bold thing to say, though.' },
        {
          author: nina,
          public: false,
          body: 'She is right. "Set aside" must count as an error in the report. Pavel, please file it.',
        },
      ],
    },
    {
      subject: 'Dark mode on the report screen unreadable',
      status: 'open',
      priority: 'low',
      customer: peter,
      tags: ['ui'],
      comments: [
        {
          author: peter,
          public: true,
          body: 'Dark grey on black. On the totals line. I only noticed because the total seemed to be missing.',
        },
      ],
    },
    {
      subject: 'Mileage: rate for electric cars',
      status: 'pending',
      priority: 'normal',
      customer: carlos,
      assignee: grace,
      tags: ['expenses'],
      comments: [
        {
          author: carlos,
          public: true,
          body: 'we have 2 electric vans now. can i set a different rate per km for them? and does the program know the official one or do i have to look it up every year',
        },
        {
          author: grace,
          public: true,
          body: 'Yes: Expenses > Vehicles > add the vans with the drive "Electric". The official rates come with the yearly update and apply from 1 January. If you pay your people more than that, enter your own rate at the van. The part above the official rate goes on the pay slip. Is that what you want, or should it stay tax-free and lower?',
        },
      ],
    },
    {
      subject: 'Export for tax audit, format?',
      status: 'open',
      priority: 'high',
      customer: omar,
      tags: ['audit', 'export'],
      comments: [
        {
          author: omar,
          public: true,
          body: 'One of my clients has the tax office in the house from Monday. They ask for "all postings 2022 to 2024 as structured data with a description file". I find CSV, XLSX and PDF under Export. Which of them is what they mean? It is the first time for me with your program.',
        },
      ],
    },
    {
      subject: 'Two people edit the same invoice',
      status: 'solved',
      priority: 'normal',
      customer: mei,
      assignee: tim,
      tags: ['invoicing'],
      comments: [
        {
          author: mei,
          public: true,
          body: 'My sister and I opened the same catering invoice and both saved. Mine is gone and nobody was told. Can that happen with bigger things as well?',
        },
        {
          author: tim,
          public: true,
          body: 'It should not, and from today it does not: whoever saves second is told that the invoice has changed, sees both versions side by side and chooses. Your version is still in the history of the invoice (the clock at the top right), you can take it back from there.',
        },
      ],
    },
  ],
}
