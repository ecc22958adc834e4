import { z } from 'zod'
import type { PasswordProblem } from '#shared/domain/password.ts'
import { MAX_PASSWORD, MIN_PASSWORD, passwordProblem } from '#shared/domain/password.ts'

/**
 * Names stand beside what they vouch for, such as who may answer a question: they must not reorder what stands around them. Directional
 * controls, line and paragraph separators, unpaired surrogates.
 */
const reordered = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]|\p{Cs}/u
/** A character with ink: fillers of Hangul and the blank of Braille count as letters and signs, and have none. */
const seen = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u

/** What forms send, with the sentence that the form shows. */
export const NameField = z
  .string()
  .trim()
  .min(1, 'Give a name.')
  .max(80, 'A name has at most 80 characters.')
  .regex(/^\P{Cc}*$/u, 'A name is one line, without control characters.')
  .refine(
    (name) => !reordered.test(name),
    'A name can’t hold characters that change the direction of text or are broken.',
  )
  .refine((name) => seen.test(name), 'A name needs something that one can see.')
export const EmailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(200, 'This email is too long.')
  .pipe(z.email('This is not an email address.'))
/** A password that is asked for to sign in: only bounded. */
export const GivenPassword = z.string().min(1, 'Give the password.').max(MAX_PASSWORD, 'This password is too long.')
export const TokenField = z.string().min(1).max(400)
const CredentialId = z
  .string()
  .max(2048)
  .regex(/^[A-Za-z0-9_-]+$/)
const credential = {
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}).default({}),
}
/** What a new passkey answers, as `PublicKeyCredential.toJSON()` gives it; better-auth and its library check the rest. */
export const RegistrationAnswer = z.looseObject({ ...credential, response: z.looseObject({}) })
/** What a passkey answers to a sign-in. */
export const AuthenticationAnswer = z.looseObject({
  ...credential,
  response: z.looseObject({ clientDataJSON: z.string(), authenticatorData: z.string(), signature: z.string() }),
})

const sentences: Record<PasswordProblem, string> = {
  too_short: `A password has at least ${MIN_PASSWORD} characters.`,
  too_long: `A password has at most ${MAX_PASSWORD} characters.`,
  too_common: 'This password is one of the first that anybody would try. Choose another.',
  is_your_name: 'This password is your name or email. Choose another.',
}

/** Why a new password is refused, in words; `undefined` when it will do. */
export function refusedPassword(password: string, about: readonly string[]): string | undefined {
  const problem = passwordProblem(password, about)
  return problem && sentences[problem]
}
