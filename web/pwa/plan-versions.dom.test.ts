import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PlanId, PlanVersionId, UserId, uuidv7 } from '#shared/ids.ts'
import { createKeptVersions, forgetKeptVersions } from './plan-versions.ts'

const mara = UserId.parse('mara')
const planId = PlanId.parse(uuidv7(1_700_000_000_000, new Uint8Array(10)))
const version = (n: number) => PlanVersionId.parse(uuidv7(1_700_000_000_000 + n, new Uint8Array(10)))

/** As much of Cache Storage as is asked for: jsdom has none. */
function memoryCaches(isFull: () => boolean) {
  const stores = new Map<string, Map<string, Response>>()
  return {
    open: async (name: string) => {
      const store = stores.get(name) ?? new Map<string, Response>()
      stores.set(name, store)
      return {
        match: async (key: string) => store.get(key)?.clone(),
        put: async (key: string, value: Response) => {
          if (isFull()) throw new DOMException('full', 'QuotaExceededError')
          store.delete(key)
          store.set(key, value)
        },
        keys: async () => [...store.keys()],
        delete: async (key: string) => store.delete(key),
      }
    },
    delete: async (name: string) => stores.delete(name),
  }
}

let isFull = false
beforeEach(() => {
  isFull = false
  vi.stubGlobal(
    'caches',
    memoryCaches(() => isFull),
  )
})
afterEach(() => vi.unstubAllGlobals())

describe('texts of versions on the device', () => {
  test('are there again for their person, for nobody else, and go with them', async () => {
    await createKeptVersions(mara).put(planId, version(1), '# One\n')
    expect(await createKeptVersions(mara).get(planId, version(1))).toBe('# One\n')
    expect(await createKeptVersions(UserId.parse('jonas')).get(planId, version(1))).toBeUndefined()
    await forgetKeptVersions(mara)
    expect(await createKeptVersions(mara).get(planId, version(1))).toBeUndefined()
  })

  test('are 200 at most; the oldest go first', async () => {
    const kept = createKeptVersions(mara)
    for (let n = 0; n < 205; n++) await kept.put(planId, version(n), `text ${n}`)
    expect(await kept.get(planId, version(4))).toBeUndefined()
    expect(await kept.get(planId, version(5))).toBe('text 5')
  })

  test('are not kept where there is no room or no cache, and nothing breaks', async () => {
    isFull = true
    await createKeptVersions(mara).put(planId, version(1), 'text')
    expect(await createKeptVersions(mara).get(planId, version(1))).toBeUndefined()
    vi.stubGlobal('caches', undefined)
    await createKeptVersions(mara).put(planId, version(1), 'text')
    expect(await createKeptVersions(mara).get(planId, version(1))).toBeUndefined()
    await forgetKeptVersions(mara)
  })
})
