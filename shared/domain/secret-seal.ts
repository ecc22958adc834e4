import type { SecretId, TeamId, UserId } from '../ids.ts'
import type { SealedValue } from './secret.ts'

/**
 * How values are sealed: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, with these words as its
 * `info`, and whose value it is as the associated data: a sealed value that is put in the place of another does not open.
 */
export const sealInfo = 'drover secret v1'

export function sealedFor(secret: {
  readonly teamId: TeamId
  /** Whose own it is; `undefined`: the team's. */
  readonly owner: UserId | undefined
  readonly secretId: SecretId
}): string {
  return JSON.stringify([secret.teamId, secret.owner ?? null, secret.secretId])
}

/** `encapsulated` and `ciphertext` in base64url. */
export function joinSealed(encapsulated: string, ciphertext: string): SealedValue {
  return `v1.${encapsulated}.${ciphertext}`
}

export function splitSealed(sealed: SealedValue): { readonly encapsulated: string; readonly ciphertext: string } {
  const [, encapsulated = '', ciphertext = ''] = sealed.split('.')
  return { encapsulated, ciphertext }
}
