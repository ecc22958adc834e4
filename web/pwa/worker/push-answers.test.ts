import { expect, test } from 'vitest'
import { createPushAnswers, type WaitingAnswer } from './push-answers.ts'

const answer = (token: string): WaitingAnswer => ({
  token,
  answer: 'deny',
  tag: `run/${token}`,
  title: 'A run',
  what: 'rm -rf build',
  url: '/runs/1',
  at: 1,
})

/** A store and a server that answers in this order; then, and for `undefined`, nobody is there. */
function stage(...replies: (Response | undefined)[]) {
  let kept: unknown
  const sent: string[] = []
  const answers = createPushAnswers({
    store: { get: async () => kept, set: async (waiting) => void (kept = structuredClone(waiting)) },
    fetch: async (_url, init) => {
      sent.push(JSON.parse(typeof init?.body === 'string' ? init.body : '{}').token)
      const reply = replies.shift()
      if (reply === undefined) throw new TypeError('Failed to fetch')
      return reply
    },
  })
  const waiting = (): string[] => (Array.isArray(kept) ? kept.map((one: WaitingAnswer) => one.token) : [])
  return { answers, sent, waiting }
}
const done = (): Response => Response.json({})
const refused = (): Response => Response.json({ error: 'Jonas answered first.' }, { status: 409 })

test('an answer is kept until the server has it, and sent in the order of the presses', async () => {
  const { answers, sent, waiting } = stage(undefined, undefined, done(), done())
  expect((await answers.give(answer('a'))).status).toBe('kept')
  expect((await answers.give(answer('b'))).status).toBe('kept')
  expect(waiting()).toEqual(['a', 'b'])
  expect((await answers.flush()).map((one) => [one.answer.token, one.status])).toEqual([
    ['a', 'taken'],
    ['b', 'taken'],
  ])
  expect(sent).toEqual(['a', 'b', 'a', 'b'])
  expect(waiting()).toEqual([])
})

test('the server’s refusal ends it, with its words', async () => {
  const { answers, waiting } = stage(refused())
  expect(await answers.give(answer('a'))).toMatchObject({ status: 'refused', why: 'Jonas answered first.' })
  expect(waiting()).toEqual([])
})

test('a sign-in page of the network, a server that is starting and one that is overloaded end nothing', async () => {
  const page = (): Response => new Response('<h1>Free Wi-Fi</h1>', { headers: { 'content-type': 'text/html' } })
  const { answers, waiting } = stage(
    page(),
    Response.json({ error: 'starting' }, { status: 503 }),
    Response.json({ error: 'wait' }, { status: 429 }),
    done(),
  )
  expect((await answers.give(answer('a'))).status).toBe('kept')
  expect(await answers.flush()).toEqual([])
  expect(await answers.flush()).toEqual([])
  expect(waiting()).toEqual(['a'])
  expect(await answers.flush()).toMatchObject([{ status: 'taken' }])
})

test('the same press twice, and two at once, are one each', async () => {
  const { answers, waiting } = stage()
  await Promise.all([answers.give(answer('a')), answers.give(answer('a')), answers.give(answer('b'))])
  expect(waiting()).toEqual(['a', 'b'])
})

test('without a network the rest waits behind the first', async () => {
  const { answers, sent } = stage(undefined, undefined)
  await answers.give(answer('a'))
  await answers.give(answer('b'))
  sent.length = 0
  expect(await answers.flush()).toEqual([])
  expect(sent).toEqual(['a'])
})
