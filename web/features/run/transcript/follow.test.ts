import { expect, test } from 'vitest'
import { follow, initialFollow, type FollowEvent } from './follow.ts'

const play = (...events: FollowEvent[]) => events.reduce(follow, initialFollow)
const up: FollowEvent = { type: 'moved', atEnd: false, byPerson: true, last: 10 }

test('it follows what arrives', () => {
  expect(play({ type: 'grew', last: 10 })).toEqual({ following: true, seen: 10, below: 0 })
})

test('scrolling up holds still and counts what comes below', () => {
  expect(play({ type: 'grew', last: 10 }, up, { type: 'grew', last: 13 })).toEqual({
    following: false,
    seen: 10,
    below: 3,
  })
})

test('a move that no person made, such as a row that grew, does not stop it', () => {
  const moved: FollowEvent = { type: 'moved', atEnd: false, byPerson: false, last: 10 }
  expect(play({ type: 'grew', last: 10 }, moved).following).toBe(true)
})

test('reaching the end, or asking for it, follows again', () => {
  const held = play({ type: 'grew', last: 10 }, up, { type: 'grew', last: 13 })
  const caughtUp = { following: true, seen: 13, below: 0 }
  expect(follow(held, { type: 'moved', atEnd: true, byPerson: true, last: 13 })).toEqual(caughtUp)
  expect(follow(held, { type: 'toEnd', last: 13 })).toEqual(caughtUp)
})

test('a link to an entry holds the transcript there', () => {
  expect(play({ type: 'grew', last: 10 }, { type: 'toEntry', last: 10 }, { type: 'grew', last: 11 })).toEqual({
    following: false,
    seen: 10,
    below: 1,
  })
})

test('text that grows within the last entry is nothing new below', () => {
  const held = play({ type: 'grew', last: 10 }, up)
  expect(follow(held, { type: 'grew', last: 10 })).toBe(held)
})
