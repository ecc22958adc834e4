import { afterEach, expect, test } from 'vitest'
import { keys } from '#sync/core/keys.ts'
import { button, settled, stage, type Stage } from '../../dev/run-stage.tsx'
import { GitIdentitySection } from './git-identity.tsx'

let on: Stage | undefined
afterEach(() => on?.close())

function type(label: string, text: string): void {
  const field = [...(on?.root.querySelectorAll('label') ?? [])].find(({ textContent }) => textContent.startsWith(label))
  const input = on?.root.querySelector<HTMLInputElement>(`#${CSS.escape(field?.htmlFor ?? '')}`)
  if (input === null || input === undefined) throw new Error(`no field ${label}`)
  input.value = text
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

test('name and address of commits are kept as typed, refused where git takes them otherwise, and taken away when emptied', async () => {
  on = stage(() => <GitIdentitySection />)
  await settled()
  expect(on.root.textContent).toContain('@users.noreply.drover.invalid')
  type('Email in commits', 'no address')
  button(on.root, 'Save')?.click()
  await settled()
  expect(on.root.textContent).toContain('This is no email address.')
  type('Email in commits', 'mara@example.test')
  type('Name in commits', ' mlq ')
  button(on.root, 'Save')?.click()
  await settled()
  const key = keys.gitIdentity(on.workspace.userId)
  expect(on.workspace.rows.get(key)).toEqual({ name: 'mlq', email: 'mara@example.test' })
  type('Email in commits', '')
  type('Name in commits', '')
  button(on.root, 'Save')?.click()
  await settled()
  expect(on.workspace.rows.get(key)).toBeUndefined()
})
