import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { standardProfileId } from '#shared/domain/builtin-profiles.ts'
import { Profile } from '#shared/domain/profile.ts'
import { Member } from '#shared/domain/team.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { closeApp, layOut, onDesktop, openApp, type AppStage } from './dev/app-stage.tsx'
import { seedIds } from './dev/seed.ts'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })
const shown = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
const text = () => document.body.textContent ?? ''
const button = (words: string) =>
  shown('button').find((one) => one.getAttribute('aria-label') === words || one.textContent?.trim() === words)
const labelled = (words: string) => {
  const label = shown('label').find((one) => one.textContent?.startsWith(words))
  const field = document.getElementById(label?.getAttribute('for') ?? '')
  if (!(field instanceof HTMLTextAreaElement) && !(field instanceof HTMLInputElement)) throw new Error(`no ${words}`)
  return field
}
const type = (words: string, value: string): void => {
  const field = labelled(words)
  field.value = value
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
const press = async (words: string): Promise<void> => {
  await until(() => expect(button(words)).toBeDefined())
  button(words)?.click()
}
const profiles = (of: AppStage) => of.workspace.query((tx) => scanRows(tx, keys.profiles, Profile))

beforeEach(() => layOut(onDesktop))
afterEach(() => {
  closeApp()
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

describe('profiles in the settings', () => {
  test('a profile of Drover is changed in words: a bad rule stays and is named, what is saved is told', async () => {
    const stage = await openApp('/settings/profiles')
    await press('Open Standard')
    await until(() => expect(text()).toContain('The profile Standard asks before commands that delete.'))
    type('Denied', 'rm(')
    await press('Save')
    await until(() => expect(text()).toContain('rm(: The rule is no regular expression'))
    expect(document.activeElement).toBe(labelled('Denied'))
    expect(await profiles(stage)).toEqual([])
    type('Denied', 'npm test')
    await until(() => expect(text()).toContain('list of denied commands covers this: npm test.'))
    await press('Save')
    await until(() => expect(text()).toContain('Denied commands: added npm test'))
    expect(await profiles(stage)).toMatchObject([
      { id: standardProfileId, commandDeny: ['npm test'], history: [{ by: seedIds.mara }] },
    ])
    expect(button('Delete')).toBeUndefined()
    const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations.map((one) => one.id)).toEqual([])
  })

  test('a copy is one’s own, and is deleted after a question', async () => {
    const stage = await openApp('/settings/profiles')
    await press('Open Careful')
    await press('Copy')
    await until(() => expect(labelled('Name').value).toBe('Careful (copy)'))
    await press('Make the profile')
    await until(() => expect(shown('h2').map((one) => one.textContent)).toContain('Careful (copy)'))
    const own = await stage.workspace.query((tx) => scanRows(tx, keys.ownProfilesOf(seedIds.mara), Profile))
    expect(own).toMatchObject([{ name: 'Careful (copy)', owner: seedIds.mara }])
    await press('Delete')
    await until(() => expect(text()).toContain('Delete Careful (copy)?'))
    shown('[role=dialog] button')
      .find((one) => one.textContent === 'Delete')
      ?.click()
    await until(() => expect(button('Open Careful')).toBeDefined())
    expect(await stage.workspace.query((tx) => scanRows(tx, keys.ownProfilesOf(seedIds.mara), Profile))).toEqual([])
  })

  test('a member reads the team’s and can copy them', async () => {
    const stage = await openApp('/settings/profiles')
    const key = keys.member(seedIds.mara)
    const me = await stage.workspace.query((tx) => getRow(tx, key, Member))
    if (me === undefined) throw new Error('nobody')
    stage.workspace.put(key, { ...me, role: 'member' })
    await press('Open Standard')
    await until(() => expect(text()).toContain('Only admins of the team change this profile.'))
    expect(labelled('Name').disabled).toBe(true)
    expect([button('Save'), button('Copy') === undefined]).toEqual([undefined, false])
  })
})
