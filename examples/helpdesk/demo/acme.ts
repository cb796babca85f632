import type { DemoDesk } from './desk.ts'

const wanda = 'wanda@acme.example'
const leo = 'leo@acme.example'
const aisha = 'aisha@acme.example'
const sam = 'sam@acme.example'

const ines = 'ines.moreau@example.com'
const bob = 'bob@haldane-joinery.example'
const fatima = 'f.elamrani@example.org'
const greg = 'gregstoolshed@example.net'
const school = 'workshop@northgate-school.example'
const dieter = 'd.krause@example.org'
const lena = 'einkauf@holzbau-brenner.example'
const ruth = 'ruth.abara@example.com'

/** A maker of power tools: broken parts, lost parcels, and questions about blades. */
export const acme: DemoDesk = {
  name: 'ACME Tools',
  members: [
    { name: 'Wanda Kessler', email: wanda },
    { name: 'Leo Marchetti', email: leo },
    { name: 'Aisha Njoroge', email: aisha },
    { name: 'Sam Trent', email: sam },
  ],
  customers: [
    { name: 'Inès Moreau', email: ines },
    { name: 'Bob Haldane', email: bob },
    { name: 'Fatima El Amrani', email: fatima },
    { name: 'Greg Pulaski', email: greg },
    { name: 'Northgate School, Design & Technology', email: school },
    { name: 'Dieter Krause', email: dieter },
    { name: 'Lena Brenner', email: lena },
    { name: 'Ruth Abara', email: ruth },
  ],
  tickets: [
    {
      subject: 'D200 stops after a few seconds under load',
      status: 'solved',
      priority: 'normal',
      customer: ines,
      assignee: leo,
      tags: ['d200', 'battery'],
      comments: [
        {
          author: ines,
          public: true,
          body: 'Hello, my D200 drill runs fine in the air but as soon as I drill into anything harder than pine it stops after 3 or 4 seconds and the light blinks four times. The battery is charged. What do four blinks mean?',
        },
        {
          author: leo,
          public: true,
          body: 'Hello Inès,\n\nfour blinks mean that the battery went below its voltage limit under load. Please try one thing: take the battery out, look at the five contacts on the drill, and wipe them with a dry cloth. If there is a dark film on them, a little alcohol helps.\n\nIf it still stops with a full battery, tell me the date code on the battery (four digits beside the plus sign).\n\nLeo',
        },
        { author: ines, public: true, body: 'Still stops. Date code is 4925.' },
        {
          author: leo,
          public: false,
          body: '4925 is inside the batch with the weak cells (4725 to 5025). Replace without asking for a receipt, Wanda agreed.',
        },
        {
          author: leo,
          public: true,
          body: 'Thank you, that explains it: a few batteries of that week have a weak cell. A new one leaves here today, free of charge, and you can keep the old one for light work until it arrives. Please hand it in at any battery collection point afterwards.',
        },
      ],
    },
    {
      subject: 'Order A-20116: one of three parcels arrived',
      status: 'closed',
      priority: 'high',
      customer: bob,
      assignee: aisha,
      tags: ['delivery'],
      comments: [
        {
          author: bob,
          public: true,
          body: 'Only parcel 2 of 3 came. Lads start on site monday and need the saws. Where are the other two??',
        },
        {
          author: aisha,
          public: true,
          body: 'Bob, parcels 1 and 3 are in the courier’s depot in Harrow since yesterday, they missed the van. They are loaded for tomorrow, Friday, before noon. I have asked for a call to your mobile an hour ahead.',
        },
        { author: bob, public: true, body: 'Both here. Cheers' },
      ],
    },
    {
      subject: 'Which blade for laminate flooring?',
      status: 'solved',
      priority: 'low',
      customer: ruth,
      assignee: sam,
      tags: ['advice', 'cs-190'],
      comments: [
        {
          author: ruth,
          public: true,
          body: 'I want to lay laminate in two rooms with the CS-190. The blade in the box makes a mess of the edge. Which one should I buy, and is one enough for 40 square metres?',
        },
        {
          author: sam,
          public: true,
          body: 'Hi Ruth,\n\ntake the LAM-190-48: 48 teeth, made for laminate. Cut with the good side down, the saw cuts upwards. Laminate is hard on blades, but one lasts for about 100 m², so you are safe with one.\n\nMasking tape along the cut helps with white decors.\n\nSam',
        },
      ],
    },
    {
      subject: 'Smoke from bench grinder',
      status: 'open',
      priority: 'urgent',
      customer: school,
      assignee: wanda,
      tags: ['bg150', 'safety'],
      comments: [
        {
          author: school,
          public: true,
          body: 'This morning one of our four BG150 grinders started to smoke at the back after about ten minutes. A pupil switched it off at the emergency stop. Nobody is hurt.\n\nAll four were bought together in September. We have taken them all out of use. Please tell us whether the other three are safe, classes are waiting.\n\nMartin Osei, Northgate School',
        },
        {
          author: wanda,
          public: true,
          body: 'Dear Mr Osei,\n\nthank you for switching it off and for telling us at once. Please leave all four out of use and unplugged. We will collect the one that smoked tomorrow morning and take it apart the same day; you will have an answer about the other three by Thursday evening.\n\nUntil then I can send you two grinders from our demonstration stock. Would that help?\n\nWanda Kessler',
        },
        {
          author: leo,
          public: false,
          body: 'Serials are BG150-2509-0330 to -0333. Same winding supplier as the two we had from the Leeds shop. I would stop shipping 2509 until we have looked inside.',
        },
        { author: wanda, public: false, body: 'Agreed, stock of 2509 is blocked since 11:20. 64 pieces.' },
        {
          author: school,
          public: true,
          body: 'Yes please, two would get us through the week. Pick-up is at the gate, ask for me.',
        },
      ],
    },
    {
      subject: 'invoice with VAT number',
      status: 'solved',
      priority: 'low',
      customer: lena,
      assignee: aisha,
      tags: ['invoice'],
      comments: [
        {
          author: lena,
          public: true,
          body: 'Guten Tag, on invoice R-88120 our VAT number is missing, our bookkeeper sends it back every time. Can you add it and keep it for the next orders?',
        },
        {
          author: aisha,
          public: true,
          body: 'Good morning Ms Brenner, the corrected invoice is in your account under the same number with the suffix K. The VAT number is stored now, you will not have to ask again.',
        },
      ],
    },
    {
      subject: 'Spare part: depth stop for P-310',
      status: 'pending',
      priority: 'normal',
      customer: dieter,
      assignee: sam,
      tags: ['spare-part', 'p-310'],
      comments: [
        {
          author: dieter,
          public: true,
          body: 'Ich brauche den Tiefenanschlag für den P-310 Dickenhobel. In the shop I find only the set for 89 EUR, I need only the small black part. I hope english is ok.',
        },
        {
          author: sam,
          public: true,
          body: 'English is fine, German too. The part alone is P310-17, 6.40 EUR plus postage. It changed in 2021: please look at the type plate, is the serial number above or below 14000? Then I send the right one.',
        },
      ],
    },
    {
      subject: 'Refund not arrived',
      status: 'open',
      priority: 'high',
      customer: fatima,
      assignee: aisha,
      tags: ['refund'],
      comments: [
        {
          author: fatima,
          public: true,
          body: 'I sent the sander back on the 2nd, tracking shows you got it on the 5th. Its the 23rd now and no money. I wrote twice to the shop address and got only automatic answers. Order A-19877, 129 euro.',
        },
        {
          author: aisha,
          public: true,
          body: 'I am sorry, that is far too long, and nobody should have to write three times. I can see your parcel in the warehouse on the 5th; the refund was never released. I have asked our accounts to do it today and will write again when it has left.',
        },
        {
          author: aisha,
          public: false,
          body: 'Refund hangs because the return was booked on A-19878. Needs Wanda to release, above 100.',
        },
      ],
    },
    {
      subject: 'RS-40: hook-and-loop pad comes off',
      status: 'pending',
      priority: 'normal',
      customer: greg,
      assignee: leo,
      tags: ['rs-40', 'warranty'],
      comments: [
        {
          author: greg,
          public: true,
          body: 'The velcro pad on my RS-40 peels off at the edge after maybe 5 hours of use. I know, I know, dont press too hard. I dont. Second one already, the first went the same way. Is there a better pad or is it the glue?',
        },
        {
          author: leo,
          public: true,
          body: 'Two in a row is not you. Does the pad feel hot when you stop, more at one side than the other? That would point at the bearing, and then a third pad would go the same way. A photo of the underside would help a lot.',
        },
      ],
    },
    {
      subject: 'Can I use 20 V batteries in the old 18 V drill?',
      status: 'closed',
      priority: 'low',
      customer: ruth,
      assignee: sam,
      tags: ['advice', 'battery'],
      comments: [
        { author: ruth, public: true, body: 'Subject says it all. They look the same to me.' },
        {
          author: sam,
          public: true,
          body: 'They are the same: 18 V is what they give under load, 20 V is what a meter shows when they are fresh. Every ACME battery with five contacts fits every ACME tool with five contacts.',
        },
        { author: ruth, public: true, body: 'So you just changed the number on the box? Fair enough, thank you :)' },
      ],
    },
    {
      subject: 'Quote for 12 drills and a service contract',
      status: 'open',
      priority: 'normal',
      customer: lena,
      assignee: wanda,
      tags: ['sales', 'd200'],
      comments: [
        {
          author: lena,
          public: true,
          body: 'We want to change all cordless drills to the D200: 12 pieces, 24 batteries 5.0 Ah, 6 double chargers. Please make an offer with and without a service contract for three years. Delivery in two parts is fine.',
        },
        {
          author: wanda,
          public: false,
          body: 'Brenner buys about 9k a year. Offer 14 % on the lot, service at list. Leo, can you check whether 24 batteries of the new batch are free?',
        },
        { author: leo, public: false, body: '40 free from week 12, none before.' },
      ],
    },
    {
      subject: 'charger makes high pitched noise',
      status: 'open',
      priority: 'low',
      customer: ines,
      tags: ['charger'],
      comments: [
        {
          author: ines,
          public: true,
          body: 'Me again, the new battery is great. But the charger whistles when the battery is full, my husband does not hear it and I do, and the dog leaves the room. Is that normal?',
        },
      ],
    },
    {
      subject: 'Safety data sheet for cutting oil',
      status: 'solved',
      priority: 'normal',
      customer: school,
      assignee: aisha,
      tags: ['documents', 'safety'],
      comments: [
        {
          author: school,
          public: true,
          body: 'For our annual inspection we need the current safety data sheet for your cutting oil CO-5. The one on the website is from 2019.',
        },
        {
          author: aisha,
          public: true,
          body: 'You are right, the website was three editions behind. The current one (revision 6, January) is now on the product page, and I have sent it to you by mail as well.',
        },
      ],
    },
    {
      subject: 'Wrong manual in the box (Swedish)',
      status: 'open',
      priority: 'low',
      customer: greg,
      tags: ['documents', 'bs-75'],
      comments: [
        {
          author: greg,
          public: true,
          body: 'Got the BS-75 belt sander today. Nice machine, but the manual is in swedish only. I can look at the pictures but there is a red triangle on page 7 with a lot of text under it and I would rather know what it says.',
        },
      ],
    },
    {
      subject: 'Discount for orders from 50 pieces?',
      status: 'pending',
      priority: 'normal',
      customer: bob,
      assignee: wanda,
      tags: ['sales'],
      comments: [
        { author: bob, public: true, body: 'need 60 CS blades 190/24 for the year. whats your best price' },
        {
          author: wanda,
          public: true,
          body: 'Bob, from 50 it is 11.90 instead of 14.50, from 100 it would be 10.80. I can reserve 100 for you and deliver 25 a quarter, paid as they leave. Interested?',
        },
      ],
    },
  ],
}
