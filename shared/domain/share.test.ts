import { expect, test } from 'vitest'
import { UserId } from '../ids.ts'
import { canShareRun } from './policies.ts'
import { accessOf, personOf, sharePeopleLimit, withPerson, type SharePerson } from './share.ts'
import { roles } from './team.ts'

const jonas = { userId: UserId.parse('jonas'), email: 'Jonas@Example.test', name: 'Jonas' }
const named: SharePerson = { email: 'jonas@example.test', access: 'steer' }

test('who started a run shares it, and so do admins; viewers never', () => {
  const may = (actor: string) => roles.filter((role) => canShareRun(role, UserId.parse(actor), UserId.parse('mara')))
  expect(may('mara')).toEqual(['owner', 'admin', 'member'])
  expect(may('jonas')).toEqual(['owner', 'admin'])
  expect(canShareRun(undefined, UserId.parse('mara'), UserId.parse('mara'))).toBe(false)
})

test('a link opens to who is named, by any spelling of their email, or to anyone to look', () => {
  expect(accessOf({ anyone: false, people: [named] }, jonas)).toBe('steer')
  expect(accessOf({ anyone: false, people: [named] }, undefined)).toBeUndefined()
  expect(accessOf({ anyone: false, people: [] }, jonas)).toBeUndefined()
  expect(accessOf({ anyone: true, people: [] }, jonas)).toBe('view')
  expect(accessOf({ anyone: true, people: [named] }, undefined)).toBe('view')
})

test('once an account has come with an email, another account with this email is somebody else', () => {
  const claimed = { ...named, userId: jonas.userId }
  expect(personOf({ people: [claimed] }, { ...jonas, email: 'new@example.test' })).toBe(claimed)
  expect(personOf({ people: [claimed] }, { ...jonas, userId: UserId.parse('other') })).toBeUndefined()
})

test('naming somebody again changes what they may, and a full list takes nobody more', () => {
  const claimed = { ...named, userId: jonas.userId, name: 'Jonas' }
  expect(withPerson([claimed], { ...named, access: 'view' })).toEqual([{ ...claimed, access: 'view' }])
  const full = Array.from({ length: sharePeopleLimit }, (_, n): SharePerson => ({
    ...named,
    email: `${n}@example.test`,
  }))
  expect(withPerson(full, named)).toBeUndefined()
  expect(withPerson(full, { ...named, email: '7@example.test' })).toHaveLength(sharePeopleLimit)
})
