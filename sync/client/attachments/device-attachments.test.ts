import { expect, test } from 'vitest'
import { TeamId } from '#shared/ids.ts'
import { createMemoryImageStore } from '../images/memory-image-store.ts'
import { createDeviceAttachments } from './device-attachments.ts'

const hour = 3_600_000
const file = (text: string, bytes = 0): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text.padEnd(bytes, '.'))

function open() {
  const store = createMemoryImageStore()
  const at = { now: 1_000 * hour, online: false }
  const sent: string[] = []
  const { attachments, close, wake } = createDeviceAttachments({
    store,
    now: () => at.now,
    teamId: TeamId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31'),
    baseUrl: 'http://drover.test',
    fetch: async (address) => {
      sent.push(String(address instanceof Request ? address.url : address).slice(-64))
      return Response.json({}, { status: 201 })
    },
    isOnline: () => at.online,
    onWaiting: () => undefined,
    random: () => 0.5,
    unlessClosed: (error) => {
      throw error
    },
  })
  const states = async () => (await store.notes()).map(({ state }) => state).sort()
  return { attachments, at, close, sent, states, wake }
}

test('a file that no message being written names makes room; one that was attached just now, or sent, stays', async () => {
  const { attachments, at, close, states } = open()
  const named = await attachments.keepAttachment(file('named'))
  await attachments.keepAttachment(file('taken out'))
  const sent = await attachments.keepAttachment(file('sent'))
  await attachments.sendAttachments([sent])
  at.now += 2 * hour
  const fresh = await attachments.keepAttachment(file('just now'))
  await attachments.forgetUnnamed(new Set([named]))
  expect(await states()).toEqual(['held', 'held', 'waiting'])
  expect(await attachments.readAttachment(fresh)).toEqual(file('just now'))
  await close()
})

test('a file that the server had goes there again with the next message, since it may have let go of it', async () => {
  const { attachments, at, close, sent, states, wake } = open()
  at.online = true
  const blob = await attachments.keepAttachment(file('twice'))
  for (const times of [1, 2]) {
    await attachments.sendAttachments([blob])
    wake()
    await expect.poll(() => sent).toHaveLength(times)
    await expect.poll(states).toEqual(['stored'])
  }
  expect(sent).toEqual([blob, blob])
  await close()
})

test('what waits has a bound, and what is beyond is not taken', async () => {
  const { attachments, close } = open()
  const part = 10_000_000
  for (let n = 0; n < 50; n++) await attachments.keepAttachment(file(`${n}`, part))
  await expect(attachments.keepAttachment(file('more', part))).rejects.toThrow('too much waits')
  expect(await attachments.keepAttachment(file('3', part))).toBeDefined()
  await close()
})
