import { expect, test } from 'vitest'
import { UserId } from '../ids.ts'
import { isGitAddress, isGitName, memberInGit } from './git-person.ts'

const mara = { userId: UserId.parse('user_0a1b2c3d4e5f6789'), name: 'Mara Lindqvist' }

test('the commits of a person who has said nothing give away no address', () => {
  const hidden = '4e5f6789'
  const { name, email } = memberInGit(mara, undefined)
  expect(name).toBe('Mara Lindqvist')
  expect(email).toMatch(new RegExp(`${hidden}\\+mara-lindqvist@users\\.noreply\\.drover\\.invalid$`))
  expect(memberInGit(mara, { name: 'M. Lindqvist' })).toEqual({ name: 'M. Lindqvist', email })
  expect(isGitAddress(email)).toBe(true)
})

test('what a person has chosen stands there, and nothing that would break a commit', () => {
  const own = { name: 'mlq', email: '123+mlq@users.noreply.github.com' }
  expect(memberInGit(mara, own)).toEqual(own)
  expect(memberInGit({ ...mara, name: 'A\n<b>' }, undefined).name).toBe('A b')
  expect(['a@b', '1+m@c.de'].every(isGitAddress)).toBe(true)
  expect(['', 'a', 'a@b@c', 'a b@c', '<a@b>', 'a@b\n', 'a@b, c@d'].some(isGitAddress)).toBe(false)
  expect(['a<b', ' a', 'a\nb', '', '\u0000'].some(isGitName)).toBe(false)
})
