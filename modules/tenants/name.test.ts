import { expect, test } from 'vitest'
import { Name } from './name.ts'

test.each(['Ada', 'Müller & Söhne', 'Nguyễn Thị', 'محمد', 'דנה', '山田 太郎', '👩‍💻', "O'Neil", '42', '<b>Bo</b>'])(
  '%o is a name',
  (name) => expect(Name.parse(` ${name}\n`)).toBe(name),
)

test.each([
  '',
  '   ',
  'x'.repeat(201),
  'Ada\nBcc: all@acme.example',
  'Ada\r\nBo',
  'Ada\0',
  'Ada\u0085Bo',
  'Ada\u2028Bo',
  'Ada\u202Egnp.exe',
  '\u2066Ada',
  '\u200B\u200D',
  '\u00AD',
  '\u3164',
  '\u2800',
  '\u0301',
  '\uE000',
])('%j is not', (name) => expect(Name.safeParse(name).success).toBe(false))
