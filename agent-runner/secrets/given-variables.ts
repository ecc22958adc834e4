import { isTooPlain } from '#shared/domain/secret-hiding.ts'
import type { HiddenValue } from './hiding.ts'

const ofSecrets = /(?:^|_)(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASS|CREDENTIALS?|AUTH|COOKIE)(?:_|$)/i

/** Of the variables that the runner's owner gives every run: those whose name says that their value is a secret. */
export function secretsAmong(variables: Readonly<Record<string, string>>): HiddenValue[] {
  return Object.entries(variables)
    .filter(([name, value]) => ofSecrets.test(name) && !isTooPlain(value))
    .map(([name, value]) => ({ name, texts: [value] }))
}
