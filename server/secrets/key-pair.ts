import { createHash } from 'node:crypto'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { z } from 'zod'
import { joinSealed, sealedFor, sealInfo, splitSealed } from '#shared/domain/secret-seal.ts'
import { SecretKeyId, type SealedValue } from '#shared/domain/secret.ts'

/** A key pair of the server's: an uncompressed point, and PKCS #8; base64url. */
export const KeyPair = z.object({
  id: SecretKeyId,
  publicKey: z.string().min(1),
  privateKey: z.string().min(1),
  /** ms since epoch */
  createdAt: z.number(),
})
export type KeyPair = z.infer<typeof KeyPair>

type Whose = Parameters<typeof sealedFor>[0]

const { subtle } = globalThis.crypto
const curve = { name: 'ECDH', namedCurve: 'P-256' }
const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const options = (whose: Whose): { info: Uint8Array; aad: Uint8Array } => ({
  info: Buffer.from(sealInfo),
  aad: Buffer.from(sealedFor(whose)),
})

export async function makeKeyPair(now: number): Promise<KeyPair> {
  const pair = await suite.GenerateKeyPair(true)
  const publicKey = await suite.SerializePublicKey(pair.publicKey)
  return {
    id: createHash('sha256').update(publicKey).digest('base64url').slice(0, 16),
    publicKey: text(publicKey),
    privateKey: text(new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey))),
    createdAt: now,
  }
}

export async function sealValue(
  { publicKey }: Pick<KeyPair, 'publicKey'>,
  whose: Whose,
  value: string,
): Promise<SealedValue> {
  const key = await suite.DeserializePublicKey(bytes(publicKey))
  const sealed = await suite.Seal(key, Buffer.from(value), options(whose))
  return joinSealed(text(sealed.encapsulatedSecret), text(sealed.ciphertext))
}

/** `undefined`: it was sealed to another key, for another secret, or is damaged. */
export async function openValue(
  pair: Pick<KeyPair, 'publicKey' | 'privateKey'>,
  whose: Whose,
  sealed: SealedValue,
): Promise<string | undefined> {
  const { encapsulated, ciphertext } = splitSealed(sealed)
  try {
    const [publicKey, privateKey] = await Promise.all([
      suite.DeserializePublicKey(bytes(pair.publicKey)),
      subtle.importKey('pkcs8', bytes(pair.privateKey), curve, false, ['deriveBits']),
    ])
    const opened = await suite.Open({ publicKey, privateKey }, bytes(encapsulated), bytes(ciphertext), options(whose))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened)
  } catch {
    return undefined
  }
}

function text(content: Uint8Array): string {
  return Buffer.from(content).toString('base64url')
}

function bytes(content: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(content, 'base64url'))
}
