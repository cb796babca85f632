import type { DemoDesk } from './desk.ts'

const mira = 'mira@globex.example'
const theo = 'theo@globex.example'
const yuki = 'yuki@globex.example'
const rosalind = 'rosalind@globex.example'

const northgrid = 'control-room@northgrid.example'
const anders = 'anders.holt@fjordkraft-drift.example'
const carla = 'c.benedetti@valmarina-acque.example'
const wei = 'wei.zhang@portside-cogen.example'
const hub = 'it-hub@tramways-west.example'
const sofia = 'sofia.kovac@solar-drava.example'
const malik = 'malik.adeyemi@lagoon-power.example'
const janet = 'janet.price@quarry-hill.example'

/** Software for control rooms: GridView collects meter values, GridView Forecast predicts load. */
export const globex: DemoDesk = {
  name: 'Globex Energy Systems',
  members: [
    { name: 'Mira Castellanos', email: mira },
    { name: 'Theo Lindqvist', email: theo },
    { name: 'Yuki Tanabe', email: yuki },
    { name: 'Rosalind Achebe', email: rosalind },
  ],
  customers: [
    { name: 'Northgrid Control Room', email: northgrid },
    { name: 'Anders Holt', email: anders },
    { name: 'Carla Benedetti', email: carla },
    { name: 'Wei Zhang', email: wei },
    { name: 'Tramways West, IT Hub', email: hub },
    { name: 'Sofia Kovač', email: sofia },
    { name: 'Malik Adeyemi', email: malik },
    { name: 'Janet Price', email: janet },
  ],
  tickets: [
    {
      subject: 'Values one hour late since the clock change',
      status: 'solved',
      priority: 'high',
      customer: anders,
      assignee: theo,
      tags: ['gridview', 'time-zone'],
      comments: [
        {
          author: anders,
          public: true,
          body: 'Since Sunday all values from station Bakken appear one hour late in the day view. The raw values look right. The other stations are fine.',
        },
        {
          author: theo,
          public: true,
          body: 'Hello Anders,\n\nBakken is the only station that still sends local time; the others were moved to UTC in autumn. Under Stations > Bakken > Clock, what does "Source time zone" say? If it reads "CET (fixed)", set it to "Europe/Oslo" and run "Rebuild day view" for the days since Sunday. Raw values are not touched by that.',
        },
        {
          author: anders,
          public: true,
          body: 'It said CET fixed. Changed and rebuilt, all four days are right now. Thanks!',
        },
      ],
    },
    {
      subject: 'No data from 14 substations',
      status: 'closed',
      priority: 'urgent',
      customer: northgrid,
      assignee: mira,
      tags: ['outage', 'collector'],
      comments: [
        {
          author: northgrid,
          public: true,
          body: 'URGENT. 14 substations went grey at 03:12. Collector B shows green. Phone: extension 4, ask for the shift lead.',
        },
        {
          author: mira,
          public: true,
          body: 'We are on it. Please do not restart collector B yet: its buffer holds your values since 03:12 and we want them on disk first. I call you in five minutes.',
        },
        {
          author: theo,
          public: false,
          body: 'Certificate of the southern concentrator expired at 03:10 UTC. Collector keeps retrying and reports itself healthy. That health check is a lie, filed as GV-3381.',
        },
        {
          author: mira,
          public: true,
          body: 'Cause: the certificate of your southern concentrator ran out at 03:10. Your colleague installed the new one at 04:41; all 14 stations are back and the buffered values are complete, without a gap. From version 7.5 GridView warns 30, 7 and 1 days ahead. You will get the written report by Friday.',
        },
        { author: northgrid, public: true, body: 'Confirmed, no gaps. Good work at that hour.' },
      ],
    },
    {
      subject: 'Forecast far too high on public holidays',
      status: 'open',
      priority: 'normal',
      customer: carla,
      assignee: yuki,
      tags: ['forecast'],
      comments: [
        {
          author: carla,
          public: true,
          body: 'Good morning, for 25 April the forecast was 40 % above what our pumps really used, and on Easter Monday as well. In Italy both are holidays. It seems GridView Forecast does not know them, or uses the calendar of another country. On normal Sundays it is very good (3 %).',
        },
        {
          author: yuki,
          public: true,
          body: 'Dear Carla, your site uses the calendar "EU generic", which has Easter Monday only from version 5 and 25 April not at all. I have prepared a calendar for Italy with the regional feast days. May I apply it to your test site first, so that you can compare May and June?',
        },
      ],
    },
    {
      subject: 'User cannot acknowledge alarms',
      status: 'solved',
      priority: 'normal',
      customer: hub,
      assignee: rosalind,
      tags: ['permissions'],
      comments: [
        {
          author: hub,
          public: true,
          body: 'New dispatcher p.lowe can see alarms but the acknowledge button is grey. She has the role "Dispatcher" like everyone else.',
        },
        {
          author: rosalind,
          public: true,
          body: 'Her account belongs to the area "Depot North", the alarms come from "Depot East". The role is right, the area is missing: Users > p.lowe > Areas, add "Depot East". She has to sign in again after that.',
        },
        { author: hub, public: true, body: 'that was it, ta' },
      ],
    },
    {
      subject: 'Upgrade 7.2 to 7.4: order of steps?',
      status: 'pending',
      priority: 'normal',
      customer: wei,
      assignee: theo,
      tags: ['upgrade'],
      comments: [
        {
          author: wei,
          public: true,
          body: 'We plan the upgrade for the maintenance window on Saturday, 6 hours. Three questions:\n\n1. historian first or collectors first?\n2. can 7.2 collectors talk to a 7.4 historian for a few days?\n3. is there a way back after the schema step?',
        },
        {
          author: theo,
          public: true,
          body: '1. Historian first, then collectors, one after the other.\n2. Yes, 7.2 collectors work with a 7.4 historian, without the new quality flags.\n3. Until you run "finalise" in step 6 you can go back within minutes. After that only from the backup.\n\nHow large is your historian on disk? Below 500 GB the schema step takes about 40 minutes; above that I would split it over two windows.',
        },
      ],
    },
    {
      subject: 'CO2 report: wrong emission factor for biogas',
      status: 'open',
      priority: 'high',
      customer: wei,
      assignee: yuki,
      tags: ['reports', 'compliance'],
      comments: [
        {
          author: wei,
          public: true,
          body: 'The yearly report uses 0.201 t/MWh for our biogas engine, that is the factor of natural gas. We have to file by the 31st. Can the factor be set per engine?',
        },
        {
          author: yuki,
          public: false,
          body: 'Factor hangs on the fuel type, and "Biogas" was mapped to "Gas" in the import of 2023. Four other sites have the same mapping, list is in the wiki. Rosalind, please write to them before they file.',
        },
        {
          author: yuki,
          public: true,
          body: 'You are right, the engine was imported with the fuel "Gas". I corrected it to "Biogas" on your site and the draft now shows 0.0 for the biogenic part and 0.006 for the rest. Please check the draft before you file; nothing was sent anywhere.',
        },
      ],
    },
    {
      subject: 'Two-factor code not accepted',
      status: 'solved',
      priority: 'high',
      customer: malik,
      assignee: rosalind,
      tags: ['sign-in'],
      comments: [
        {
          author: malik,
          public: true,
          body: 'code from the app is "invalid" since this morning. shift starts in 1 hr pls help',
        },
        {
          author: rosalind,
          public: true,
          body: 'Malik, please look at the clock of your phone: codes are refused when it is more than a minute off. Settings > Date & time > set automatically, then try the next code.',
        },
        { author: malik, public: true, body: 'was 3 min ahead!! works now thank u' },
      ],
    },
    {
      subject: 'Inverter strings swapped in plant view',
      status: 'open',
      priority: 'low',
      customer: sofia,
      tags: ['gridview', 'solar'],
      comments: [
        {
          author: sofia,
          public: true,
          body: 'In the plant view of Drava 2, strings 7 and 8 are swapped: when we disconnect 7 on the roof, 8 goes to zero on the screen. The wiring plan matches the roof, so I think the mistake is in the point list you set up. Nothing urgent, but it confuses the electricians.',
        },
      ],
    },
    {
      subject: 'API: rate limit for our SCADA bridge',
      status: 'pending',
      priority: 'normal',
      customer: hub,
      assignee: theo,
      tags: ['api'],
      comments: [
        {
          author: hub,
          public: true,
          body: 'We get 429 about every ten minutes from /values. We read 2,400 points once a minute. The documentation says 3,000 calls a minute, so we should be fine?',
        },
        {
          author: theo,
          public: true,
          body: 'You are within the limit on average, but the bridge sends all 2,400 calls in the first four seconds of each minute, and the limit also has a short-term side (300 in one second).\n\nBetter than spreading them: POST /values/query takes up to 1,000 points in one call, so three calls a minute do it. Would that fit your bridge, or is its firmware fixed?',
        },
      ],
    },
    {
      subject: 'Offer for 6 more sites',
      status: 'open',
      priority: 'normal',
      customer: janet,
      assignee: mira,
      tags: ['sales'],
      comments: [
        {
          author: janet,
          public: true,
          body: 'Following our call: six further quarries, about 40 meters each, the same set-up as Quarry Hill. Please quote for three and for five years. We decide at the end of next month.',
        },
        {
          author: mira,
          public: false,
          body: 'They compare with Kestrel Metering, who are cheaper on licences and charge for support. Show total cost.',
        },
      ],
    },
    {
      subject: 'Historian disk 91 % full',
      status: 'solved',
      priority: 'high',
      customer: northgrid,
      assignee: theo,
      tags: ['historian', 'capacity'],
      comments: [
        {
          author: northgrid,
          public: true,
          body: 'Monitoring warns about the historian volume, 91 %, plus 1 % a day. Compression is on according to the settings page.',
        },
        {
          author: theo,
          public: true,
          body: 'Compression is on, but it only touches partitions older than 90 days, and you raised the sampling of the feeders to one second in February. Set "Compress after" to 14 days and start it once by hand tonight; I expect about 55 % afterwards.',
        },
        { author: northgrid, public: true, body: '52 % this morning.' },
      ],
    },
    {
      subject: 'Please delete test site "tmp-2"',
      status: 'closed',
      priority: 'low',
      customer: sofia,
      assignee: rosalind,
      tags: ['account'],
      comments: [
        {
          author: sofia,
          public: true,
          body: 'We no longer need the site tmp-2 from the training. Please delete it with all values.',
        },
        {
          author: rosalind,
          public: true,
          body: 'Done, site and values are deleted. They stay in our encrypted backups until they expire in 30 days; after that they are gone for good.',
        },
      ],
    },
    {
      subject: 'Alarm texts in Portuguese',
      status: 'open',
      priority: 'low',
      customer: malik,
      tags: ['feature-request'],
      comments: [
        {
          author: malik,
          public: true,
          body: 'Half of our field crew at the Cabinda site reads Portuguese much better than English. Is there a way to show alarm texts in two languages, or to upload our own texts? I can do the translation myself, its about 120 alarms.',
        },
      ],
    },
    {
      subject: 'Negative flow at night on line P4',
      status: 'pending',
      priority: 'normal',
      customer: carla,
      assignee: yuki,
      tags: ['gridview', 'data-quality'],
      comments: [
        {
          author: carla,
          public: true,
          body: 'Line P4 shows between -2 and -6 m³/h every night from 1 to 4. Physically impossible, there is a check valve. Is it the meter or the scaling in GridView?',
        },
        {
          author: yuki,
          public: true,
          body: 'GridView passes on what the meter sends: raw 31,980 to 32,740, and zero is 32,768. So the meter itself reports a small backward flow. A check valve that does not close fully looks exactly like this. Could somebody listen at the valve one night, or close the gate valve behind it for an hour, so that we see whether the curve goes to zero?',
        },
      ],
    },
  ],
}
