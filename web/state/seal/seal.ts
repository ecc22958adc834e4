import type { sealedFor } from '#shared/domain/secret-seal.ts'
import type { SealedValue, SecretKey } from '#shared/domain/secret.ts'
import type { SealingParts } from './parts.ts'

/** Nothing of it is in the first load. */
export async function sealValue(
  key: Pick<SecretKey, 'publicKey'>,
  whose: Parameters<typeof sealedFor>[0],
  value: string,
): Promise<SealedValue> {
  const [{ sealWith }, parts] = await Promise.all([import('./seal-value.ts'), sealingParts()])
  return await sealWith(parts, key, whose, value)
}

async function sealingParts(): Promise<SealingParts> {
  // Absent in a page that is not secure, whatever the types say.
  return (crypto as Partial<Crypto>).subtle === undefined
    ? (await import('./own-parts.ts')).ownParts
    : (await import('./browser-parts.ts')).browserParts
}
