import { expect, test } from 'vitest'
import { builtinProfiles } from '#shared/domain/builtin-profiles.ts'
import { applyEdit, editBetween } from '#shared/domain/profile-changes.ts'
import { ProfileSettings } from '#shared/domain/profile.ts'
import { checkDraft, toDraft, usableSettings } from './profile-form.ts'

const [careful, standard] = builtinProfiles
if (careful === undefined || standard === undefined) throw new Error('no profiles')

test.each(builtinProfiles)('$name goes through the form as it is', (profile) => {
  expect(checkDraft(toDraft(profile), [])).toEqual({ ok: true, settings: ProfileSettings.parse(profile) })
})

test('what is wrong is said field by field, of a list with the very line', () => {
  const draft = {
    ...toDraft(standard),
    name: ' careful ',
    commandDeny: 'rm\n\n (?=x) ',
    mcpAllow: 'a b',
    protectedPaths: '../x',
    expires: '1.5',
  }
  expect(checkDraft(draft, ['Careful'])).toEqual({
    ok: false,
    errors: {
      name: 'There is a profile careful already.',
      commandDeny: '(?=x): The rule looks ahead or behind, which is not supported.',
      mcpAllow: 'a b: Write a server, or a server and a tool: github/create_issue.',
      protectedPaths: '../x: A pattern stays in the workspace; it has no “..”.',
      expires: 'Write a whole number of minutes, from 1 to 10,080 (a week).',
    },
  })
  expect(usableSettings(draft)).toMatchObject({ commandDeny: ['rm'], mcpAllow: [], protectedPaths: [] })
})

test('what is saved is what was changed, so another’s change stays', () => {
  const after = { ...standard, model: 'm', commandAllow: [...standard.commandAllow.slice(1), 'mine'] }
  const edit = editBetween(standard, after)
  const theirs = { ...standard, runToEnd: true, commandAllow: [...standard.commandAllow, 'theirs'] }
  const both = applyEdit(theirs, edit)
  expect(both).toMatchObject({ model: 'm', runToEnd: true })
  expect(both.commandAllow).toEqual([...standard.commandAllow.slice(1), 'theirs', 'mine'])
  const back = applyEdit(both, editBetween(both, standard))
  expect({ ...back, commandAllow: back.commandAllow.toSorted() }).toEqual({
    ...standard,
    commandAllow: standard.commandAllow.toSorted(),
  })
  expect(editBetween(careful, careful)).toEqual({ set: {}, add: {}, remove: {} })
})
