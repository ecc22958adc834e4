import { createRoot } from 'solid-js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { TranscriptView } from '#sync/client/workspace.ts'
import { createAnnouncer, type Announcer } from './announcer.ts'

let announcer: Announcer
let dispose: () => void
beforeEach(() => {
  vi.useFakeTimers()
  createRoot((end) => {
    dispose = end
    announcer = createAnnouncer()
  })
})
afterEach(() => {
  dispose()
  vi.useRealTimers()
})

const view = (n: number, text: string, done = false): TranscriptView => ({
  loaded: true,
  hasOlder: false,
  olderIsHere: false,
  entries: [
    TranscriptEntry.parse({ id: `e${n}`, n, at: 0, turn: 1, body: { kind: 'message', text: boundedText(text), done } }),
  ],
})

test('what stood there when the page opened is not read out', () => {
  announcer.follow(view(1, 'An old message.', true))
  vi.runAllTimers()
  expect(announcer.text()).toBe('')
})

test('a message that streams is told by sentence, at most every two seconds', () => {
  announcer.follow(view(1, 'Old.', true))
  announcer.follow(view(2, 'It **wor'))
  announcer.follow(view(2, 'It **works**. Now the'))
  expect(announcer.text()).toBe('')
  vi.advanceTimersByTime(2_000)
  expect(announcer.text()).toBe('It works.')
  announcer.follow(view(2, 'It **works**. Now the tests', true))
  vi.advanceTimersByTime(2_000)
  expect(announcer.text()).toBe('Now the tests')
})

test('a fast stream does not flood: the newest whole sentences, four hundred characters at most', () => {
  announcer.follow(view(1, 'Old.', true))
  announcer.follow(view(2, ''))
  announcer.follow(view(2, 'This is one sentence of many. '.repeat(60)))
  vi.advanceTimersByTime(2_000)
  expect(announcer.text().length).toBeLessThanOrEqual(400)
  expect(announcer.text()).toMatch(/^This is one/)
})
