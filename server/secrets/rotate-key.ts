import { makeKeyPair, openValue, sealValue, type KeyPair } from './key-pair.ts'
import type { Keyring, KeyringStore } from './keyring.ts'
import type { SealedStore } from './sealed-store.ts'

/** A device may have sealed to an older key while it was away; after so long it is told to enter the value again. */
export const olderKeysMs = 90 * 86_400_000
const most = 50
const page = 100

export type RotateDeps = {
  readonly keyring: KeyringStore
  readonly sealed: SealedStore
  readonly now: () => number
}

export type Resealed = {
  readonly resealed: number
  /** Values that no key here opens. */
  readonly unreadable: number
}

/** Makes a new key pair and seals every value to it. With `forgetOlder` the older keys are destroyed once nothing needs them. */
export async function rotateKey(
  deps: RotateDeps,
  { forgetOlder = false }: { readonly forgetOlder?: boolean } = {},
): Promise<Resealed & { readonly keyId: string; readonly older: number }> {
  const next = await makeKeyPair(deps.now())
  const keys = await deps.keyring.change(async (known) => [
    next,
    ...known.filter(({ id }) => id !== next.id).slice(0, most - 1),
  ])
  const done = await sealAnew(deps, keys)
  const left = forgetOlder ? await dropOlder(deps, () => true) : keys
  return { ...done, keyId: next.id, older: left.length - 1 }
}

/** The first key is made where there is none; keys that have had their time, and open nothing any more, go. */
export async function tendKeys(deps: RotateDeps): Promise<Keyring> {
  const keys = await deps.keyring.change(async (known) => (known.length > 0 ? known : [await makeKeyPair(deps.now())]))
  if (keys.length === 1) return keys
  await sealAnew(deps, keys)
  return await dropOlder(deps, (replacedAt) => deps.now() - replacedAt > olderKeysMs)
}

/** Everything that is not sealed to the first key and can be opened. The table is gone through once, in its order. */
async function sealAnew({ sealed }: Pick<RotateDeps, 'sealed'>, keys: Keyring): Promise<Resealed> {
  const [current] = keys
  let [resealed, unreadable] = [0, 0]
  let after: readonly [string, string, string] = ['', '', '']
  while (current !== undefined) {
    const values = await sealed.notSealedTo(current.id, after, page)
    for (const one of values) {
      const key = keys.find(({ id }) => id === one.keyId)
      const value = key === undefined ? undefined : await openValue(key, one, one.sealed)
      if (value === undefined) unreadable++
      else if (await sealed.reseal(one, { keyId: current.id, sealed: await sealValue(current, one, value) })) resealed++
    }
    const last = values.at(-1)
    if (last === undefined || values.length < page) break
    after = [last.teamId, last.owner ?? '', last.secretId]
  }
  return { resealed, unreadable }
}

/** `isOver`: of the time at which a key was replaced. */
async function dropOlder(
  { keyring, sealed }: Pick<RotateDeps, 'keyring' | 'sealed'>,
  isOver: (replacedAt: number) => boolean,
): Promise<Keyring> {
  return await keyring.change(async (keys) => {
    const kept: KeyPair[] = []
    for (const [at, key] of keys.entries()) {
      const newer = keys[at - 1]
      const goes = newer !== undefined && isOver(newer.createdAt) && (await sealed.countOf([key.id])) === 0
      if (!goes) kept.push(key)
    }
    return kept
  })
}
