import { describe, expect, test } from 'vitest'
import { SealedValue } from '#shared/domain/secret.ts'
import { SecretId, TeamId, UserId } from '#shared/ids.ts'
import { makeKeyPair, openValue } from '#server/secrets/key-pair.ts'
import { browserParts } from './browser-parts.ts'
import { ownParts } from './own-parts.ts'
import { sealWith } from './seal-value.ts'
import { sealValue } from './seal.ts'

const whose = {
  teamId: TeamId.parse('team-1'),
  owner: undefined,
  secretId: SecretId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b2c'),
}
const value = 'täglich\n🔑 "x"'.repeat(100)

describe.each([
  ['the browser’s cryptography', browserParts],
  ['ours, for plain addresses', ownParts],
])('by %s', (_, parts) => {
  test('the server opens what was sealed, and only as the secret that it was sealed for', async () => {
    const key = await makeKeyPair(1)
    const sealed = await sealWith(parts, key, whose, value)
    expect(SealedValue.safeParse(sealed).success).toBe(true)
    expect(await openValue(key, whose, sealed)).toBe(value)
    expect(await openValue(key, { ...whose, owner: UserId.parse('team') }, sealed)).toBeUndefined()
    expect(await openValue(key, { ...whose, teamId: TeamId.parse('team-2') }, sealed)).toBeUndefined()
    expect(await openValue(await makeKeyPair(1), whose, sealed)).toBeUndefined()
    expect(await openValue(key, whose, `${sealed.slice(0, -4)}AAAA`)).toBeUndefined()
    expect(await sealWith(parts, key, whose, value)).not.toBe(sealed)
  })
})

test('what is at hand is taken', async () => {
  const key = await makeKeyPair(1)
  expect(await openValue(key, whose, await sealValue(key, whose, value))).toBe(value)
})
