/** Rules for passwords, the same in the form and on the server. No list is fetched from anywhere. */
export const MIN_PASSWORD = 10
export const MAX_PASSWORD = 128

export type PasswordProblem = 'too_short' | 'too_long' | 'too_common' | 'is_your_name'

/** Why this password won't do, or `undefined`. `about`: name and email of the person. */
export function passwordProblem(password: string, about: readonly string[] = []): PasswordProblem | undefined {
  if ([...password].length < MIN_PASSWORD) return 'too_short'
  if (password.length > MAX_PASSWORD) return 'too_long'
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4 || common.some((word) => isMostly(plain, word))) return 'too_common'
  const own = about
    .flatMap((text) => [text, ...text.split('@')])
    .map((text) => text.toLowerCase().replaceAll(/\s+/g, ''))
  return own.some((text) => text.length > 3 && isMostly(plain.replaceAll(/\s+/g, ''), text))
    ? 'is_your_name'
    : undefined
}

/** The stems that lead every published list of leaked passwords of ten characters and more. */
const common = [
  'password',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1q2w3e4r5t',
  'q1w2e3r4t5',
  '1qaz2wsx',
  'qazwsxedc',
  '0123456789',
  '1234567890',
  '0987654321',
  '9876543210',
  'abcdefghij',
  'abcd1234',
  'abc123',
  'qwerty',
  'iloveyou',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'welcome',
  'letmein',
  'trustno1',
  'administrator',
  'changeme',
  'drover',
  'secret',
  '12345678',
  '11223344',
  '1029384756',
]

/** Nothing but the word, repeated or with a few digits and signs before and after. */
function isMostly(password: string, word: string): boolean {
  if (!password.includes(word)) return false
  const rest = password.replaceAll(word, '')
  return rest.length < 4 || /^[\d\W_]*$/.test(rest)
}
