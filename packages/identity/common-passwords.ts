/** Of the passwords that leaks show most often, those that are long enough to be accepted otherwise. Lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  0123456789 0987654321 1029384756 1111111111 1122334455 1212121212 1234512345 123456789a 12345678910 1234567890
  1234567891 123456789q 123qweasdzxc 147258369a 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 987654321a
  a1b2c3d4e5 aa12345678 aaaaaaaaaa abc123456789 abcd123456 abcdefghij administrator admin12345 admin123456 alexander1
  asdf123456 asdfasdfasdf asdfghjkl1 asdfghjkl; asdfghjkl123 baseball123 basketball bismillah1 changeme123 charlie123
  chocolate1 computer123 correcthorse correcthorsebatterystaple dragon123456 facebook123 football123 football12
  freedom123 helloworld iloveyou12 iloveyou123 iloveyou1234 jessica123 jordan1234 letmein123 letmein1234 liverpool1
  liverpool123 manchester manchester1 master1234 michael123 michelle123 minecraft1 minecraft123 monkey1234 mynameis12
  p@ssw0rd12 p@ssw0rd123 pa55word123 passw0rd12 passw0rd123 password01 password10 password11 password12 password123
  password1234 password12345 password123456 password1! password2024 password2025 password2026 password99 passwordpassword
  pokemon123 princess12 princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedc1 qazwsxedcrfv qwaszx1234 qwer1234qwer qwerty1234
  qwerty12345 qwerty123456 qwertyqwerty qwertyuiop qwertyuiop1 qwertyuiop123 rockyou123 samsung123 secret1234 shadow1234
  slipknot666 spiderman1 starwars123 summer2024 summer2025 summer2026 sunshine12 sunshine123 superman12 superman123
  test123456 testtest12 trustno1trustno1 unknown123 welcome123 welcome1234 welcome2024 welcome2025 welcome2026
  whatever12 winter2024 winter2025 winter2026 zaq12wsxcde3 zxcvbnm123 zxcvbnm1234 zxcvbnm,./
  `
    .trim()
    .split(/\s+/),
)
