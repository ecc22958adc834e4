import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '#test/db.ts'
import { loadVapidKeys, vapidSubject } from './vapid.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

test('the keys are made once, also by several servers at once, and stay', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => loadVapidKeys(database, 1)))
  expect(new Set(made.map((keys) => keys.privateKey)).size).toBe(1)
  expect(await loadVapidKeys(database, 2)).toEqual(made[0])
  expect(made[0]?.publicKey).toMatch(/^B[\w-]{86}$/)
})

test.each([
  ['https://drover.example.net', 'mara@example.test', 'https://drover.example.net'],
  ['http://localhost:4400', 'mara@example.net', 'mailto:mara@example.net'],
  ['https://localhost:4400', 'mara@example.net', 'mailto:mara@example.net'],
  ['https://10.0.0.7', 'mara@example.net', 'mailto:mara@example.net'],
  ['https://box.local', 'mara@example.net', 'mailto:mara@example.net'],
  ['http://localhost:4400', 'root@localhost', 'mailto:drover@example.org'],
  ['http://localhost:4400', undefined, 'mailto:drover@example.org'],
])('of %s and %s the subject is one that push services take', (url, email, subject) => {
  expect(vapidSubject(new URL(url), email)).toBe(subject)
})
