import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import axe from 'axe-core'
import { createSignal } from 'solid-js'
import { Permission, type PermissionAnswer } from '#shared/domain/permission.ts'
import type { PermissionId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows } from '../../../state/rows.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { seedIds } from '../../../dev/seed.ts'
import { createMemoryDeviceStore } from '../../../state/device-store.ts'
import { useScene } from '../scene.ts'
import { button, press, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { lateAnswers, toAsks } from './asks.ts'
import { AsksRegion } from './asks-region.tsx'

let announced: string[]
let on: Stage | undefined
beforeEach(() => (announced = []))
afterEach(() => on?.close())

function Questions(props: { readonly wanted?: PermissionId | undefined }) {
  const workspace = useWorkspace()
  const team = useTeamData()
  const scene = useScene()
  const permissions = createRows(workspace, keys.permissionsOf(scene.runId), Permission)
  const pending = usePending()
  return (
    <AsksRegion
      asks={toAsks(permissions.all(), pending(), scene.me)}
      wanted={props.wanted}
      late={lateAnswers(team.refused.all(), permissions.all(), scene.runId)}
      announce={(text) => announced.push(text)}
    />
  )
}

async function open(
  options: Parameters<typeof stage>[1] = {},
): Promise<{ readonly stage: Stage; readonly card: HTMLElement }> {
  on = stage(() => <Questions />, options)
  await settled()
  const card = document.querySelector<HTMLElement>('section[tabindex], [role=dialog]')
  if (card === null) throw new Error('no card')
  return { stage: on, card }
}

function row(of: Stage): Permission {
  const [found] = [...of.workspace.rows].filter(([key]) => key.startsWith(keys.permissionsOf(billingRun)))
  return Permission.parse(found?.[1])
}

const answerOf = (of: Stage): PermissionAnswer | undefined => row(of).answer

describe('the card', () => {
  test('its order never changes: who, the command, what each part does, why, who can answer, buttons', async () => {
    const { card } = await open()
    const text = card.textContent
    const order = [
      'Claude Code',
      'wants to run a command',
      'rm -rf build',
      'Deletes 214 files',
      'Lists what would be uploaded',
      'Why it asks',
      'Ask before deleting',
      'Who can answer',
      'You or Jonas',
      'Allow once',
      'Allow similar in this run',
      'Deny',
      'Deny with a message…',
      'rm -rf build · npm publish --dry-run',
    ]
    const places = order.reduce<number[]>((found, part) => [...found, text.indexOf(part, found.at(-1) ?? 0)], [])
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test('the exact command stands there, its dangerous part marked', async () => {
    const { card } = await open()
    expect(card.querySelector('pre')?.textContent).toBe('rm -rf build && npm publish --dry-run')
    expect(card.querySelector('pre [data-kind=danger]')?.textContent).toBe('rm -rf build')
  })

  test('what hides in a command is shown, and what no effect speaks of is not dimmed', async () => {
    const { card } = await open({ ask: 'hostile' })
    const shown = card.querySelector('pre')?.textContent ?? ''
    expect(shown).toContain('⟨U+202E⟩')
    expect(shown).toContain('⟨ESC⟩')
    expect(shown).not.toMatch(/[\u202e\u001b]/)
    expect(
      [...card.querySelectorAll('pre [data-kind=part]')].some((piece) => piece.textContent.includes('evil.example')),
    ).toBe(true)
  })

  test('arrives with a polite announcement, and takes no focus', async () => {
    const before = document.activeElement
    await open()
    expect(announced).toHaveLength(1)
    expect(announced[0]).toContain('Claude Code needs you')
    expect(document.activeElement).toBe(before)
  })

  test('has no fault that axe can find', async () => {
    const { stage: of } = await open()
    const found = await axe.run(of.root, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    })
    expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`)).toEqual([])
  })
})

describe('keys', () => {
  test.each([
    ['a', { kind: 'allow_once' }],
    ['s', { kind: 'allow_similar' }],
    ['d', { kind: 'deny' }],
    ['A', { kind: 'allow_once' }],
  ])('%s answers while the card has focus', async (key, answer) => {
    const { stage: of, card } = await open()
    card.focus()
    press(card, key)
    await settled()
    expect(answerOf(of)).toEqual(answer)
  })

  test('they do nothing elsewhere, with a modifier, held down, or while a message is written', async () => {
    const { stage: of, card } = await open()
    press(document.body, 'a')
    press(card, 'a', { ctrlKey: true })
    press(card, 'a', { repeat: true })
    press(card, 'm')
    await settled()
    const area = card.querySelector('textarea')
    expect(document.activeElement).toBe(area)
    press(area ?? card, 'd')
    press(card, 'd')
    await settled()
    expect(row(of).state).toBe('open')
  })

  test('Enter and Space do nothing on the card itself', async () => {
    const { stage: of, card } = await open()
    card.focus()
    expect(press(card, 'Enter').defaultPrevented).toBe(false)
    press(card, ' ')
    await settled()
    expect(row(of).state).toBe('open')
  })

  test('M writes a denial that the agent reads', async () => {
    const { stage: of, card } = await open()
    press(card, 'm')
    const area = card.querySelector('textarea')
    if (area === null) throw new Error('no message box')
    area.value = 'Use a pull request.'
    area.dispatchEvent(new InputEvent('input', { bubbles: true }))
    button(card, 'Deny with this message')?.click()
    await settled()
    expect(answerOf(of)).toEqual({ kind: 'deny', message: 'Use a pull request.' })
  })

  test('a denial that the device can’t keep stays open with its text; one half written survives a reload', async () => {
    const store = createMemoryDeviceStore()
    const write = async ({ card }: { card: HTMLElement }): Promise<HTMLTextAreaElement> => {
      press(card, 'm')
      await settled()
      const area = card.querySelector('textarea')
      if (area === null) throw new Error('no message box')
      return area
    }
    const first = await open({ store })
    const area = await write(first)
    area.value = 'Not on a Friday'
    area.dispatchEvent(new InputEvent('input', { bubbles: true }))
    first.stage.workspace.setFull(true)
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(first.card.querySelector('textarea')?.value).toBe('Not on a Friday')
    expect(first.card.querySelector('[role=alert]')?.textContent).toContain('could not save the change')
    first.stage.close()
    const second = await open({ store })
    const again = await write(second)
    expect(again.value).toBe('Not on a Friday')
    press(again, 'Enter', { ctrlKey: true })
    await settled()
    expect(answerOf(second.stage)).toEqual({ kind: 'deny', message: 'Not on a Friday' })
    second.stage.close()
    expect((await write(await open({ store }))).value).toBe('')
  })

  test('a message that is too long keeps every character, says by how much and is not sent', async () => {
    const { stage: of, card } = await open()
    press(card, 'm')
    const area = card.querySelector('textarea')
    if (area === null) throw new Error('no message box')
    expect(area.maxLength).toBe(-1)
    area.value = 'x'.repeat(4003)
    area.dispatchEvent(new InputEvent('input', { bubbles: true }))
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(row(of).state).toBe('open')
    expect(area.value).toHaveLength(4003)
    expect(card.textContent).toContain('3 characters too long.')
  })

  test('Escape leaves the message for the card, whose keys act again', async () => {
    const { stage: of, card } = await open()
    card.focus()
    press(card, 'm')
    const area = card.querySelector('textarea')
    expect(document.activeElement).toBe(area)
    press(area ?? card, 'Escape')
    await settled()
    expect(document.activeElement).toBe(card)
    press(card, 'd')
    await settled()
    expect(answerOf(of)).toMatchObject({ kind: 'deny' })
  })

  test('a question is answered by its own choices only', async () => {
    const { stage: of, card } = await open({ ask: 'question' })
    press(card, 'a')
    await settled()
    expect(row(of).state).toBe('open')
    expect(button(card, 'Allow once')).toBeUndefined()
    button(card, 'Skip')?.click()
    await settled()
    expect(answerOf(of)).toEqual({ kind: 'option', optionId: 'skip' })
  })

  test('without a pattern there is nothing similar to allow', async () => {
    const { stage: of, card } = await open({ ask: 'hostile' })
    expect(button(card, 'Allow similar in this run')).toBeUndefined()
    press(card, 's')
    await settled()
    expect(row(of).state).toBe('open')
  })
})

describe('after the answer', () => {
  test('it stays in sight, with where it stands, until the machine has it', async () => {
    const { stage: of, card } = await open()
    of.workspace.setHolding(true)
    button(card, 'Allow once')?.click()
    await settled()
    expect(of.root.textContent).toMatch(/You allowed this once, \d\d:\d\d/)
    expect(of.root.textContent).toContain('On this device')
    const key = keys.permission(billingRun, row(of).request.id)
    of.workspace.put(key, { ...row(of), delivery: 'done' })
    await settled()
    expect(of.root.textContent).not.toContain('You allowed')
  })

  test('an answer elsewhere clears the card at once and says whose it was', async () => {
    const { stage: of } = await open()
    of.workspace.put(keys.permission(billingRun, row(of).request.id), {
      ...row(of),
      state: 'answered',
      answer: { kind: 'deny' },
      answeredBy: seedIds.jonas,
      answeredAt: 0,
      delivery: 'accepted',
    })
    await settled()
    expect(button(of.root, 'Allow once')).toBeUndefined()
    expect(of.root.textContent).toContain('Jonas denied this')
  })

  test('a late answer of mine says who was first, until dismissed', async () => {
    const { stage: of } = await open()
    const asked = row(of)
    of.workspace.put(keys.permission(billingRun, asked.request.id), {
      ...asked,
      state: 'answered',
      answer: { kind: 'deny' },
      answeredBy: seedIds.jonas,
      answeredAt: 0,
      delivery: 'done',
    })
    of.workspace.put(keys.refused(seedIds.mara, 'c1', 4), {
      userId: seedIds.mara,
      clientId: 'c1',
      mutationId: 4,
      name: 'answerPermission',
      args: JSON.stringify({
        runId: billingRun,
        permissionId: asked.request.id,
        deliveryId: asked.request.id,
        digest: 'a'.repeat(64),
        answer: { kind: 'allow_once' },
      }),
      refusal: { code: 'already_answered', detail: seedIds.jonas },
      at: 0,
    })
    await settled()
    expect(of.root.textContent).toContain('Already answered by Jonas')
    button(of.root, 'Dismiss')?.click()
    await settled()
    expect(of.root.textContent).not.toContain('Already answered')
  })

  test('an answer to another command than the one shown is refused on the spot, and nothing is kept', async () => {
    const { stage: of, card } = await open()
    const asked = row(of)
    // The row changes under the finger: the card still holds what was shown.
    const allow = button(card, 'Allow once')
    of.workspace.mutate
      .answerPermission({
        runId: billingRun,
        permissionId: asked.request.id,
        deliveryId: asked.request.id,
        digest: 'b'.repeat(64),
        answer: { kind: 'allow_once' },
      })
      .catch(() => undefined)
    await settled()
    expect(row(of).state).toBe('open')
    expect(allow?.isConnected).toBe(true)
  })
})

test('several questions stand in line', async () => {
  const { card } = await open({ ask: 'two' })
  expect(card.textContent).toContain('1 of 2')
  button(card, '1 of 2. Next question')?.click()
  await settled()
  expect(document.body.textContent).toContain('wants to change a file')
})

test('the one that somebody came for stands first, and its keys act at once', async () => {
  const [wanted, setWanted] = createSignal<PermissionId>()
  on = stage(() => <Questions wanted={wanted()} />, { ask: 'two' })
  await settled()
  const focused = document.activeElement
  const second = [...on.workspace.rows]
    .filter(([key]) => key.startsWith(keys.permissionsOf(billingRun)))
    .map(([, value]) => Permission.parse(value).request)
    .find((request) => request.subject.kind === 'edit')
  expect(document.body.textContent).toContain('1 of 2')
  expect(document.activeElement).toBe(focused)
  setWanted(second?.id)
  await settled()
  expect(document.body.textContent).toContain('2 of 2')
  press(document.activeElement ?? document.body, 'd')
  await settled()
  expect(
    [...on.workspace.rows.values()]
      .flatMap((value) => Permission.safeParse(value).data ?? [])
      .map(({ state }) => state),
  ).toContain('answered')
})

test('a viewer reads the question and why the buttons are missing', async () => {
  const { card } = await open({ role: 'viewer' })
  expect(button(card, 'Allow once')).toBeUndefined()
  expect(card.textContent).toContain('Your role is viewer')
})

test('on a phone it is a modal sheet that can be put aside and opened again', async () => {
  const { stage: of, card } = await open({ phone: true })
  expect(card.getAttribute('role')).toBe('dialog')
  expect(card.textContent).toContain('rm -rf build · npm publish --dry-run')
  for (const known of card.querySelectorAll('button'))
    expect((known.getAttribute('aria-label') ?? known.textContent).trim()).not.toBe('')
  button(card, 'Put aside')?.click()
  await settled()
  expect(row(of).state).toBe('open')
  expect(of.root.textContent).toContain('Answer')
})
