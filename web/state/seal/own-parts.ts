import { AEAD_AES_256_GCM, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from '@panva/hpke-noble'
import type { SealingParts } from './parts.ts'

/** For pages at a plain address, where browsers keep their cryptography back. */
export const ownParts: SealingParts = {
  kem: KEM_DHKEM_P256_HKDF_SHA256,
  kdf: KDF_HKDF_SHA256,
  aead: AEAD_AES_256_GCM,
}
