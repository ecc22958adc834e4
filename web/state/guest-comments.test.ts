import { createRoot } from 'solid-js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PlanCommentId, PlanId, uuidv7 } from '#shared/ids.ts'
import type { GuestPlanLink } from '#sync/client/guest-plan.ts'
import { RefusedError, UnreachableError } from '#sync/client/workspace.ts'
import { createMemoryDeviceStore, type DeviceStore } from './device-store.ts'
import { createGuestComments, type GuestComments } from './guest-comments.ts'

const planId = PlanId.parse('01900000-0000-7000-8000-000000000001')
type Sent = Parameters<GuestPlanLink['send']>

let stop: (() => void) | undefined
beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  stop?.()
  vi.useRealTimers()
})

let made = 0
function open(store: DeviceStore, answer: (sent: Sent) => Promise<void>): GuestComments & { readonly sent: Sent[] } {
  stop?.()
  const sent: Sent[] = []
  return createRoot((dispose) => {
    stop = dispose
    const comments = createGuestComments({
      planId,
      store,
      send: (...request) => {
        sent.push(request)
        return answer(request)
      },
      onSent: () => undefined,
      newId: () => PlanCommentId.parse(uuidv7(++made, new Uint8Array(10))),
      newToken: () => 't'.repeat(43),
      now: () => 1,
    })
    return { ...comments, sent }
  })
}
const settled = () => vi.advanceTimersByTimeAsync(20)
const away = () => Promise.reject(new UnreachableError('away'))
const taken = () => Promise.resolve()

test('what is not confirmed stays on the device over a reload, and is sent again under the same id', async () => {
  const store = createMemoryDeviceStore()
  const before = open(store, away)
  await before.setName('Ada')
  expect(await before.add({ text: 'In the lift' })).toBe(true)
  await settled()
  expect(before.merged([])).toMatchObject([{ text: 'In the lift', waits: true, by: { kind: 'guest', name: 'Ada' } }])
  const after = open(store, taken)
  await settled()
  expect(after.sent).toEqual([before.sent[0]])
  await settled()
  expect(after.merged([])).toEqual([])
  expect(await after.token()).toBe('t'.repeat(43))
})

test('acts go one after another, in their order, and again after a while', async () => {
  let isAway = true
  const comments = open(createMemoryDeviceStore(), () => (isAway ? away() : taken()))
  await comments.setName('Ada')
  const id = PlanCommentId.parse(uuidv7(1, new Uint8Array(10).fill(1)))
  await comments.add({ text: 'One' })
  await comments.edit(id, 'Two')
  await comments.remove(id)
  await settled()
  expect(new Set(comments.sent.map(([method]) => method))).toEqual(new Set(['POST']))
  isAway = false
  await vi.advanceTimersByTimeAsync(6_000)
  expect(comments.sent.map(([method]) => method).slice(-3)).toEqual(['POST', 'PUT', 'DELETE'])
})

test('what is refused keeps its words, says why, holds nothing up, and goes again or is discarded', async () => {
  let refuses = true
  const comments = open(createMemoryDeviceStore(), ([, , body]) =>
    refuses && Reflect.get(Object(body), 'text') === 'Late'
      ? Promise.reject(new RefusedError('not_allowed', 'read only'))
      : taken(),
  )
  await comments.setName('Ada')
  await comments.add({ text: 'Late' })
  await comments.add({ text: 'In time' })
  await settled()
  const [late] = comments.merged([])
  expect(comments.merged([])).toMatchObject([{ text: 'Late', why: 'read only' }])
  expect(comments.sent).toHaveLength(2)
  refuses = false
  if (late === undefined) throw new Error('nothing is left')
  await comments.again(late.id)
  await settled()
  expect(comments.merged([])).toEqual([])
  refuses = true
  await comments.add({ text: 'Late' })
  await settled()
  const [other] = comments.merged([])
  if (other === undefined) throw new Error('nothing is left')
  await comments.discard(other.id)
  expect(comments.merged([])).toEqual([])
})

test('without a name nothing is taken, and of too much that waits nothing more', async () => {
  const comments = open(createMemoryDeviceStore(), away)
  expect(await comments.add({ text: 'Who?' })).toBe(false)
  await comments.setName('Ada')
  for (let n = 0; n < 50; n++) expect(await comments.add({ text: `${n}` })).toBe(true)
  expect(await comments.add({ text: 'One more' })).toBe(false)
})
