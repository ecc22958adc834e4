import { expect, test } from 'vitest'
import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import { EntryId, PermissionId } from '#shared/ids.ts'
import { findPlace, mayBeOlder } from './find-place.ts'

const ask = PermissionId.parse('01890000-0000-7000-8000-000000000001')
const other = PermissionId.parse('01890000-0000-7000-8000-000000000002')
const entry = (n: number, turn: number, body: EntryBody): TranscriptEntry => ({
  id: EntryId.parse(`e${n}`),
  n,
  at: n,
  turn,
  body,
})
const question = (permissionId: PermissionId): EntryBody => ({
  kind: 'permission',
  permissionId,
  title: 'May I',
  line: 'ls',
})
const end: EntryBody = { kind: 'state', state: 'SUCCEEDED' }
const entries = [entry(7, 2, question(ask)), entry(8, 2, question(other)), entry(9, 2, end), entry(10, 3, end)]

test('a question is found by its id, a turn by its last entry', () => {
  expect(findPlace(entries, { ask })).toBe(7)
  expect(findPlace(entries, { turn: 2 })).toBe(9)
  expect(findPlace(entries, { turn: 1 })).toBeUndefined()
  expect(findPlace(entries, {})).toBeUndefined()
})

test('older entries are asked for only where they can hold it', () => {
  expect(mayBeOlder(entries, { turn: 1 })).toBe(true)
  expect(mayBeOlder(entries, { turn: 3 })).toBe(false)
  expect(mayBeOlder(entries, { ask: other })).toBe(true)
  expect(mayBeOlder([], { turn: 1 })).toBe(false)
})
