import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SecretId, TeamId, UserId } from '#shared/ids.ts'
import { openTestDatabase, describeOnEachDatabase, type TestDatabase } from '#test/db.ts'
import { newId } from '#test/world.ts'
import { makeKeyPair, openValue, sealValue, type KeyPair } from './key-pair.ts'
import { createKeyringStore } from './keyring.ts'
import { olderKeysMs, rotateKey, tendKeys } from './rotate-key.ts'
import { createSealedStore } from './sealed-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-keys-'))
})
afterEach(() => rm(folder, { recursive: true }))

const ringOf = (database: TestDatabase, kind: 'embedded' | 'postgres', dataDir = join(folder, 'data')) =>
  createKeyringStore({ dataDir, database: { kind, query: database.query }, now: () => 1 })
const add = (at: number) => async (keys: readonly KeyPair[]) => [await makeKeyPair(at), ...keys]

describe('the keys of secrets', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestDatabase()
  })
  afterEach(() => database.close())

  test('stand in a file for its owner only where the database is our own, and not in the database', async () => {
    const ring = ringOf(database, 'embedded')
    const [key] = await ring.change(add(1))
    expect(await ring.read()).toEqual([key])
    expect((await stat(join(folder, 'data', 'secret-keys'))).mode & 0o777).toBe(0o600)
    expect(await database.query('select 1 from server_secret')).toEqual([])
    await writeFile(join(folder, 'data', 'secret-keys'), '{"keys": [')
    await expect(ring.read()).rejects.toThrow('can’t be read as the keys of secrets')
  })

  test('stand in a database that servers share, with those that a folder had; none is lost when both make one at once', async () => {
    const [own] = await ringOf(database, 'embedded').change(add(1))
    const rings = [ringOf(database, 'postgres'), ringOf(database, 'postgres', join(folder, 'other'))]
    await Promise.all(rings.map((ring, at) => ring.change(add(at + 2))))
    const all = await rings[1]?.read()
    expect(all?.map(({ createdAt }) => createdAt)).toEqual([3, 2, 1])
    expect(all?.at(-1)).toEqual(own)
    await expect(stat(join(folder, 'data', 'secret-keys'))).rejects.toThrow('ENOENT')
    // A backup of it, restored into a data folder of its own.
    const restored = ringOf(database, 'embedded', join(folder, 'restored'))
    expect(await restored.read()).toEqual(all)
    await restored.change(add(4))
    expect(await database.query('select 1 from server_secret')).toEqual([])
    expect((await restored.read()).length).toBe(4)
    expect(JSON.parse(await readFile(join(folder, 'restored', 'secret-keys'), 'utf8'))).toMatchObject({
      keys: { length: 4 },
    })
  })
})

describeOnEachDatabase('a new key for secrets', (open) => {
  const teamId = TeamId.parse('team-1')
  const one = { teamId, owner: undefined, secretId: SecretId.parse(newId()) }
  const two = { teamId, owner: UserId.parse('mara'), secretId: SecretId.parse(newId()) }

  test('has every value sealed to it; the old one is kept for what devices have sealed, for 90 days', async () => {
    const database = await open()
    let now = 1000
    const deps = { keyring: ringOf(database, 'embedded'), sealed: createSealedStore(database), now: () => now }
    const put = async (whose: typeof one | typeof two, key: KeyPair, value: string) =>
      database.query(
        `insert into secret_value (team_id, owner, secret_id, key_id, sealed, changed_at) values ($1, $2, $3, $4, $5, 1)
          on conflict (team_id, owner, secret_id) do update set key_id = excluded.key_id, sealed = excluded.sealed`,
        [whose.teamId, whose.owner ?? '', whose.secretId, key.id, await sealValue(key, whose, value)],
      )
    const valueOf = async (whose: typeof one | typeof two) => {
      const [stored] = await deps.sealed.ofTeam(teamId, whose.owner, [whose.secretId])
      const key = (await deps.keyring.read()).find(({ id }) => id === stored?.keyId)
      return stored === undefined || key === undefined ? undefined : openValue(key, whose, stored.sealed)
    }
    const [first] = await tendKeys(deps)
    expect(await tendKeys(deps)).toEqual([first])
    const lost = await makeKeyPair(1)
    await put(one, first ?? lost, 'of the team')
    await put(two, first ?? lost, 'of a person')
    const gone = { ...one, secretId: SecretId.parse(newId()) }
    await put(gone, lost, 'nobody can open it')
    now = 2000
    const done = await rotateKey(deps)
    expect(done).toMatchObject({ resealed: 2, unreadable: 1, older: 1 })
    expect([await valueOf(one), await valueOf(two)]).toEqual(['of the team', 'of a person'])
    expect(await deps.sealed.countOf([first?.id ?? ''])).toBe(0)

    // What a device had sealed to the old key comes in later.
    await put(one, first ?? lost, 'from a plane')
    await tendKeys(deps)
    expect(await deps.sealed.countOf([first?.id ?? ''])).toBe(0)
    expect(await valueOf(one)).toBe('from a plane')
    now += olderKeysMs + 1
    expect((await tendKeys(deps)).map(({ id }) => id)).toEqual([done.keyId])

    expect(await rotateKey(deps, { forgetOlder: true })).toMatchObject({ resealed: 2, unreadable: 1, older: 0 })
    expect([await valueOf(one), await valueOf(two), await valueOf(gone)]).toEqual([
      'from a plane',
      'of a person',
      undefined,
    ])
  })
})
