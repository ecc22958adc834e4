import { AEAD_AES_256_GCM, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import type { SealingParts } from './parts.ts'

/** By the browser's own cryptography. */
export const browserParts: SealingParts = {
  kem: KEM_DHKEM_P256_HKDF_SHA256,
  kdf: KDF_HKDF_SHA256,
  aead: AEAD_AES_256_GCM,
}
