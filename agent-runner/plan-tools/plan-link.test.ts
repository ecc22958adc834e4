import { afterEach, expect, test } from 'vitest'
import { RunId } from '#shared/ids.ts'
import type { PlanToolCall } from '#shared/protocol/plan-tools.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'
import { createPlanLink, type PlanLink } from './plan-link.ts'

const runId = RunId.parse('0192f0e4-0000-7000-8000-000000000001')
const call: PlanToolCall = { tool: 'plan_read', planId: 'one' }
const links: PlanLink[] = []
afterEach(() => {
  for (const link of links.splice(0)) link.close()
})

function open(times = { connectMs: 60_000, answerMs: 60_000 }) {
  const sent: RunnerUp[] = []
  const state = { ready: true }
  let made = 0
  const link = createPlanLink(
    { send: (message) => sent.push(message), ready: () => state.ready, newId: () => `call-${++made}` },
    times,
  )
  links.push(link)
  return { link, sent, state }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('answers find the calls that they are for, in whatever order they come', async () => {
  const { link, sent } = open()
  link.connected(true)
  const [one, two] = [link.ask(runId, call), link.ask(runId, call)]
  await turn()
  expect(sent).toMatchObject([
    { type: 'plan_call', callId: 'call-1', runId, call },
    { type: 'plan_call', callId: 'call-2' },
  ])
  link.answered('call-2', { ok: true, text: 'second' })
  link.answered('call-2', { ok: true, text: 'again' })
  link.answered('unknown', { ok: true, text: 'nobody' })
  link.answered('call-1', { ok: true, text: 'first' })
  expect(await Promise.all([one, two])).toMatchObject([{ text: 'first' }, { text: 'second' }])
})

test('a call waits for the connection, and is answered when none comes', async () => {
  const { link, sent, state } = open()
  state.ready = false
  const waits = link.ask(runId, call)
  await turn()
  expect(sent).toEqual([])
  state.ready = true
  link.connected(true)
  await turn()
  link.answered('call-1', { ok: true, text: 'there' })
  expect(await waits).toEqual({ ok: true, text: 'there' })
  const away = open({ connectMs: 0, answerMs: 60_000 })
  away.state.ready = false
  expect(await away.link.ask(runId, call)).toMatchObject({
    ok: false,
    text: expect.stringContaining('nothing was done'),
  })
})

test('a connection that is lost, a server that is silent and a runner that stops end the calls, and none is sent again', async () => {
  const { link, sent } = open()
  link.connected(true)
  const cut = link.ask(runId, call)
  await turn()
  link.lost()
  link.connected(true)
  expect(await cut).toMatchObject({ ok: false, text: expect.stringContaining('not known') })
  expect(sent).toHaveLength(1)
  const last = link.ask(runId, call)
  await turn()
  link.close()
  expect(await last).toMatchObject({ ok: false, text: expect.stringContaining('The runner stops') })
  const silent = open({ connectMs: 60_000, answerMs: 0 })
  silent.link.connected(true)
  expect(await silent.link.ask(runId, call)).toMatchObject({ ok: false, text: expect.stringContaining('in time') })
})

test('an older server is asked nothing', async () => {
  const { link, sent } = open()
  link.connected(false)
  expect(await link.ask(runId, call)).toMatchObject({ ok: false, text: expect.stringContaining('no tools for plans') })
  expect([sent, link.offered()]).toEqual([[], false])
})

test('more calls than may be open are turned away', async () => {
  const { link, sent } = open()
  link.connected(true)
  const asked = Array.from({ length: 64 }, () => link.ask(runId, call))
  expect(await link.ask(runId, call)).toMatchObject({ ok: false, text: expect.stringContaining('Too many') })
  await turn()
  expect(sent).toHaveLength(64)
  link.lost()
  await Promise.all(asked)
})
