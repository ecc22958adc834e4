import { describe, expect, test } from 'vitest'
import { createLiveMoments } from './live-moments.ts'

const minute = 60_000
const opened = 10_000_000

describe('what arrives', () => {
  test('with the first answer was there before, what comes after it is news', () => {
    const moments = createLiveMoments(opened)
    expect(moments.isLive(opened)).toBe(false)
    // What the device remembers of the last time the app was open.
    moments.follow({ freshAt: opened - minute })
    expect(moments.isLive(opened + 100)).toBe(false)
    moments.follow({ freshAt: opened + 200 })
    expect(moments.isLive(opened + 210)).toBe(false)
    expect(moments.isLive(opened + 1300)).toBe(true)
  })

  test('after a long absence is caught up with, whether its rows or the word that all is here come first', () => {
    const moments = createLiveMoments(opened)
    moments.follow({ freshAt: opened + 200 })
    const back = opened + 24 * 60 * minute
    expect(moments.isLive(back)).toBe(false)
    moments.follow({ freshAt: back })
    expect(moments.isLive(back + 10)).toBe(false)
    expect(moments.isLive(back + 2000)).toBe(true)
  })

  test('after a break of seconds is still news', () => {
    const moments = createLiveMoments(opened)
    moments.follow({ freshAt: opened + 200 })
    moments.follow({ freshAt: opened + 30_000 })
    expect(moments.isLive(opened + 30_010)).toBe(true)
  })
})
