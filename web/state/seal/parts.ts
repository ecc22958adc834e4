import type { AEADFactory, KDFFactory, KEMFactory } from 'hpke'

export type SealingParts = { readonly kem: KEMFactory; readonly kdf: KDFFactory; readonly aead: AEADFactory }
