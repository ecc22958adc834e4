import { expect, test } from 'vitest'
import { TeamId, UserId } from '#shared/ids.ts'
import { maxAnswerUnits } from '#shared/protocol/browser-socket.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import type { PullAnswer as Pulled } from '#sync/server/pull.ts'
import type { Actor } from '../auth/actor.ts'
import type { RefusedRequest } from '../refusal-log.ts'
import type { PushAnswer } from '../routes/answer-push.ts'
import { createSocketRequests, maxRequestsWaiting } from './socket-requests.ts'

const actor: Actor = {
  kind: 'user',
  userId: UserId.parse('u1'),
  name: 'Mara',
  email: 'mara@example.test',
  teamId: TeamId.parse('t1'),
  role: 'member',
  sessionId: 's1',
  signedInAt: 0,
}
const push = (id: string) => ({
  type: 'push' as const,
  id,
  space: 'team/t1' as const,
  body: { pushVersion: 1 as const, profileID: 'p', clientGroupID: 'g', mutations: [], schemaVersion },
})

const pull = {
  type: 'pull' as const,
  id: 'pull',
  space: 'team/t1' as const,
  body: { pullVersion: 1 as const, profileID: 'p', clientGroupID: 'g', cookie: null, schemaVersion },
}
/** What a pull brings whose one row has so many units. */
const rowOf = (units: number): Pulled => ({
  cookie: { order: 1, epoch: 'e' },
  lastMutationIDChanges: {},
  patch: [{ op: 'put', key: 'k', value: 'x'.repeat(units) }],
  more: false,
})

/** A socket whose pushes the test answers, one after the other; its pulls bring `pulled`. */
function open(getActor: () => Promise<Actor | undefined> = async () => actor, pulled = rowOf(1)) {
  const begun: string[] = []
  const answers: ((answer: PushAnswer | Error) => void)[] = []
  const answered: [string, number][] = []
  const noted: RefusedRequest[] = []
  const logged: object[] = []
  const waitsForBegin: (() => void)[] = []
  const requests = createSocketRequests({
    getActor,
    pull: async () => ({ status: 200, body: pulled }),
    push: (_actor, { id }) => {
      begun.push(id)
      waitsForBegin.shift()?.()
      return new Promise((resolve, reject) =>
        answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      )
    },
    address: '192.0.2.1',
    refusals: { note: (refused) => noted.push(refused) },
    log: { error: (facts) => logged.push(facts) },
    reachability: { took: () => false, trouble: () => undefined },
  })
  return {
    begun,
    answered,
    noted,
    logged,
    requests,
    take(id: string): Promise<void> {
      return new Promise((resolve) =>
        requests.take(push(id), (answer) => {
          answered.push([id, answer === 'use_http' ? 0 : answer.status])
          resolve()
        }),
      )
    },
    begins: () => new Promise<void>((resolve) => waitsForBegin.push(resolve)),
    answer: (answer: PushAnswer | Error = { status: 200, body: {} }) => answers.shift()?.(answer),
  }
}

test('pushes go one at a time, in the order in which they came', async () => {
  const { take, begins, answer, begun, answered } = open()
  const first = begins()
  const all = ['a', 'b', 'c'].map(take)
  await first
  expect(begun).toEqual(['a'])
  for (const one of all) {
    const next = begins()
    answer()
    await one
    if (one !== all.at(-1)) await next
  }
  expect(begun).toEqual(['a', 'b', 'c'])
  expect(answered).toEqual(begun.map((id) => [id, 200]))
})

test('more than may wait are refused at once and noted, and there is room again after an answer', async () => {
  const { take, begins, answer, answered, noted } = open()
  const began = begins()
  const first = take('first')
  for (let n = 0; n < maxRequestsWaiting; n++) void take(`waits ${n}`)
  await began
  await take('too many')
  expect(answered).toEqual([['too many', 429]])
  expect(noted).toMatchObject([{ method: 'SOCKET', path: '/api/sync/push', status: 429, address: '192.0.2.1' }])
  const next = begins()
  answer()
  await first
  await next
  void take('has room')
  expect(answered.map(([id]) => id)).toEqual(['too many', 'first'])
})

test('who holds the socket is asked for each push', async () => {
  const actors = [actor, undefined]
  const { take, begins, answer, answered, begun } = open(async () => actors.shift())
  const began = begins()
  const first = take('signed in')
  await began
  answer()
  await first
  await take('signed out')
  expect(begun).toEqual(['signed in'])
  expect(answered).toEqual([
    ['signed in', 200],
    ['signed out', 401],
  ])
})

test('one that fails is logged and answered as a failed request, and the next one goes on', async () => {
  const { take, begins, answer, answered, logged } = open()
  const began = begins()
  const [fails, goes] = [take('fails'), take('goes')]
  await began
  const next = begins()
  answer(new Error('the database is away'))
  await fails
  await next
  answer()
  await goes
  expect(answered).toEqual([
    ['fails', 500],
    ['goes', 200],
  ])
  expect(logged).toMatchObject([{ method: 'SOCKET', path: '/api/sync/push', error: 'the database is away' }])
})

test('closing waits for the one under way, and begins no other', async () => {
  const { take, begins, answer, begun, requests } = open()
  const began = begins()
  const first = take('under way')
  void take('waits')
  await began
  const closed = requests.close()
  answer()
  await first
  await closed
  expect(begun).toEqual(['under way'])
})

test('a pull waits for no push, and a long answer is left to HTTP', async () => {
  const answerOf = (pulled: Pulled) =>
    new Promise((resolve) => {
      const { take, requests } = open(undefined, pulled)
      void take('a push that is never answered')
      requests.take(pull, resolve)
    })
  const room = maxAnswerUnits - JSON.stringify(rowOf(0)).length
  expect(await answerOf(rowOf(room))).toEqual({ status: 200, body: rowOf(room) })
  expect(await answerOf(rowOf(room + 1))).toBe('use_http')
})

test('who is signed out pulls nothing', async () => {
  const { requests } = open(async () => undefined)
  const answered = new Promise((resolve) => requests.take(pull, resolve))
  expect(await answered).toMatchObject({ status: 401 })
})
