import { expect, test } from 'vitest'
import { createPart } from './part.ts'

test('whoever wants a part at the same time gets the same one, fetched once', async () => {
  let fetches = 0
  const part = createPart(async () => ({ number: ++fetches }))
  expect(part.here()).toBeUndefined()
  const [first, second] = await Promise.all([part.want(), part.want()])
  expect(first).toBe(second)
  expect(part.here()).toBe(first)
  expect(await part.want()).toEqual({ number: 1 })
})

test('a part that could not be fetched is fetched anew when it is wanted again', async () => {
  let isAway = true
  const part = createPart(async () => {
    if (isAway) throw new Error('no network')
    return { name: 'here' }
  })
  await expect(part.want()).rejects.toThrow('no network')
  expect(part.here()).toBeUndefined()
  isAway = false
  expect(await part.want()).toEqual({ name: 'here' })
})
