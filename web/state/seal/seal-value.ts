import { fromBase64, toBase64 } from 'lib0/buffer'
import { CipherSuite } from 'hpke'
import { joinSealed, sealedFor, sealInfo } from '#shared/domain/secret-seal.ts'
import type { SealedValue, SecretKey } from '#shared/domain/secret.ts'
import type { SealingParts } from './parts.ts'

/** Seals a value to the server's key, here: what is sent can be opened by the server alone, and only as this very secret. */
export async function sealWith(
  { kem, kdf, aead }: SealingParts,
  key: Pick<SecretKey, 'publicKey'>,
  whose: Parameters<typeof sealedFor>[0],
  value: string,
): Promise<SealedValue> {
  const suite = new CipherSuite(kem, kdf, aead)
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const publicKey = await suite.DeserializePublicKey(bytes(key.publicKey))
  const sealed = await suite.Seal(publicKey, encode(value), { info: encode(sealInfo), aad: encode(sealedFor(whose)) })
  return joinSealed(text(sealed.encapsulatedSecret), text(sealed.ciphertext))
}

function text(content: Uint8Array): string {
  return toBase64(content).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function bytes(content: string): Uint8Array {
  const padded = content.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(padded.padEnd(Math.ceil(padded.length / 4) * 4, '='))
}
