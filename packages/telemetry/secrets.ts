/** What stands in place of a secret. */
export const masked = '[redacted]'

/** Whether a value under this key is a secret: `password`, `set-cookie`, `apiKey`, `x-api-key`, `refresh_token`, … */
export function isSecretKey(key: string): boolean {
  const known = answers.get(key)
  if (known !== undefined) return known
  const isSecret = secretKey.test(key.replace(/[-_. ]/g, ''))
  if (key.length <= 60 && answers.size < 1000) answers.set(key, isSecret)
  return isSecret
}

// The same few keys come with every line.
const answers = new Map<string, boolean>()

/**
 * Replaces secrets inside text: passwords in URLs, credentials after `Bearer` or `Basic`, and parameters of a query
 * string with a secret-shaped name. The text may be a line of JSON and is valid JSON afterwards.
 */
export function maskSecrets(text: string): string {
  let safe = text
  if (text.includes('://')) safe = safe.replace(httpPassword, `$1${masked}@`).replace(urlPassword, `$1${masked}@`)
  if (text.includes('=')) safe = safe.replace(parameter, maskParameter)
  return safe.replace(credentials, `$1 ${masked}`)
}

const maskParameter = (whole: string, before: string, name: string) =>
  isSecretKey(name) ? `${before}${name}=${masked}` : whole

// Only at the key's end: `apiKeyId` and `tokenCount` are not secrets.
const secretKey =
  /(?:password|passwd|pwd|passphrase|passcode|secret|credential|apikey|accesskey|privatekey|secretkey|authorization|cookie|token|jwt)(?:s|hash|value)?$/i

// A password that was not percent-encoded may hold `/` or `@`: what is not HTTP is masked up to the last `@`. Every
// repetition is bounded, so that a hostile text cannot make a line costly.
const httpPassword = /(\bhttps?:\/\/[^\s:/?#@"\\]{0,100}:)[^\s/?#"\\]{0,200}@/gi
const urlPassword = /(\b(?!https?:)[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"\\]{0,100}:)[^\s"\\]{0,200}@/gi
const credentials = /\b(bearer|basic) +[\w.~+/=-]{8,}/gi
const parameter = /([?&])([\w.-]{1,60})=[^\s&#"\\]+/g
