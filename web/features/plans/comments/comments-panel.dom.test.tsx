import axe from 'axe-core'
import { createRoot } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import { PlanComment } from '#shared/domain/plan-comment.ts'
import type { Role } from '#shared/domain/team.ts'
import { PlanCommentId, uuidv7 } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { button, stage, type Stage } from '../../../dev/run-stage.tsx'
import { seedPlanIds, seedPlans } from '../../../dev/seed-plans.ts'
import { createMemoryDeviceStore, type DeviceStore } from '../../../state/device-store.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { CommentsPanel } from './comments-panel.tsx'
import { SendComments } from './send-comments.tsx'
import { useComments, type Comments } from './use-comments.ts'

vi.setConfig({ testTimeout: 30_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 })
const planId = seedPlanIds.billing
const at = 1_760_000_000_000
const id = (n: number) => PlanCommentId.parse(uuidv7(at + n, new Uint8Array(10).fill(n)))
const anchor = { start: 'AAEBAgM=', end: 'AAEBAgM=', quote: 'the public entry point' }

let on: Stage | undefined
let comments: Comments | undefined
afterEach(() => {
  on?.close()
  on = undefined
  document.body.replaceChildren()
})

function open(options: { readonly role?: Role; readonly store?: DeviceStore; readonly runs?: 'none' } = {}): Stage {
  const opened = stage(() => {
    const made = useComments(planId, () => undefined)
    comments = made
    const data = useTeamData()
    const runs = () => data.runs.all().filter((run) => options.runs === undefined && run.id === billingRun)
    return (
      <CommentsPanel planId={planId} comments={made} onLeave={() => undefined}>
        <SendComments planId={planId} title="Extract billing" comments={made} runs={runs()} />
      </CommentsPanel>
    )
  }, options)
  on = opened
  opened.workspace.put(keys.plan(planId), seedPlans(at)[keys.plan(planId)] ?? {})
  const put = (n: number, more: object): void =>
    opened.workspace.put(
      keys.planComment(planId, id(n)),
      PlanComment.parse({
        id: id(n),
        planId,
        text: `Comment ${n}`,
        by: { kind: 'person', userId: 'jonas' },
        at: at - 10_000 + n,
        ...more,
      }),
    )
  put(1, { anchor })
  put(2, { thread: id(1), by: { kind: 'agent', runId: billingRun, harness: 'claude-code' } })
  put(3, { thread: id(1), by: { kind: 'person', userId: 'mara' } })
  put(4, { resolved: { by: 'jonas', at } })
  return opened
}

const press = (name: string) =>
  until(() => {
    const found = button(document.body, name)
    if (found === undefined) throw new Error(`no ${name}`)
    found.click()
  })
const rows = (of: Stage) =>
  [...of.workspace.rows]
    .filter(([key]) => key.startsWith(keys.planCommentsOf(planId)))
    .map(([, value]) => PlanComment.parse(value))
const textarea = (label: string) =>
  until(() => {
    const area = document.querySelector<HTMLTextAreaElement>(`textarea[aria-label="${label}"]`)
    if (area === null) throw new Error(`no ${label}`)
    return area
  })
const type = (area: HTMLTextAreaElement, text: string): void => {
  area.value = text
  area.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
const shown = () => document.body.textContent
const findings = async (): Promise<string[]> => {
  const found = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  })
  return found.violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map((node) => node.html).join(' ')}`)
}

test('a thread has what it is about, its people and agents, and what can be done; settled ones come on demand', async () => {
  open()
  await until(() => expect(shown()).toContain('Comment 3'))
  expect(shown()).toContain('the public entry point')
  expect(shown()).toContain('Claude Code')
  expect(shown()).not.toContain('Comment 4')
  await press('Handled (1)')
  await until(() => expect(shown()).toContain('Resolved by Jonas'))
  expect(await findings()).toEqual([])
})

test('an answer that is half written is there again, and goes by Ctrl Enter', async () => {
  const store = createMemoryDeviceStore()
  open({ store })
  await press('Reply')
  type(await textarea('Your answer'), 'In phase 2')
  await until(async () =>
    expect(JSON.stringify(await store.get('draft/mara/plan-comment-reply/' + id(1)))).toContain('2'),
  )
  on?.close()
  document.body.replaceChildren()
  const again = open({ store })
  const area = await textarea('Your answer')
  await until(() => expect(area.value).toBe('In phase 2'))
  area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }))
  await until(() =>
    expect(rows(again).find(({ text }) => text === 'In phase 2')).toMatchObject({
      thread: id(1),
      by: { userId: 'mara' },
    }),
  )
  await until(() => expect(document.querySelector('textarea')).toBeNull())
})

test('a comment on the plan as a whole is begun, kept as it is typed, and sent', async () => {
  const of = open()
  await until(() => expect(shown()).toContain('Comment 3'))
  createRoot(() => comments?.begin('plan'))
  type(await textarea('New comment'), 'Too long')
  await press('Comment')
  await until(() => expect(rows(of).find(({ text }) => text === 'Too long')?.anchor).toBeUndefined())
  await until(() => expect(rows(of).some(({ text }) => text === 'Too long')).toBe(true))
})

test('what is open goes to the agent as one message, and is said to be there', async () => {
  const of = open()
  await press('Send 1 thread to Claude Code, in the run “Get @northwind/billing ready to publish”')
  await until(() => expect(rows(of).find((row) => row.id === id(1))?.sent).toMatchObject({ runId: billingRun }))
  const prompts = [...of.workspace.rows].filter(([key]) => key.startsWith(keys.promptsOf(billingRun)))
  expect(JSON.stringify(prompts)).toContain('> the public entry point')
  await until(() => expect(shown()).toContain('Sent to Claude Code'))
})

test('a viewer reads, and has nothing to press but what shows more', async () => {
  const of = open({ role: 'viewer' })
  const { userId } = of.workspace
  of.workspace.put(keys.member(userId), { userId, name: 'Mara Lindqvist', role: 'viewer', hue: 1, joinedAt: 0 })
  await until(() => expect(shown()).toContain('Comment 3'))
  const labels = () =>
    [...document.querySelectorAll('button')].map((one) => one.getAttribute('aria-label') ?? one.textContent)
  await until(() => expect(labels()).toEqual(['Handled (1)']))
})

test('other words are shown old and new, accepted while there is no answer yet, and said to be on their way', async () => {
  const of = open()
  const suggestion = { from: 'the public entry point', to: 'its public entry point' }
  const put = (settled?: object): void =>
    of.workspace.put(
      keys.planComment(planId, id(5)),
      PlanComment.parse({
        id: id(5),
        planId,
        anchor,
        text: '',
        by: { kind: 'person', userId: 'jonas' },
        at,
        suggestion: { ...suggestion, ...(settled === undefined ? {} : { settled }) },
      }),
    )
  put()
  await until(() => expect(document.querySelector('ins')?.textContent).toBe('Puts in: its'))
  expect(document.querySelector('del')?.textContent).toBe('Takes out: the')
  expect(await findings()).toEqual([])
  await press('Accept')
  await until(() => expect(shown()).toContain('It is being put into the text'))
  expect(rows(of).find((row) => row.id === id(5))?.suggestion?.settled).toMatchObject({ as: 'accepted', by: 'mara' })
  put({ as: 'accepted', by: 'mara', at, outcome: 'changed' })
  await until(() => expect(shown()).toContain('the words have changed since'))
  expect(button(document.body, 'Try again')).toBeDefined()
  await press('Dismiss')
  await until(() => expect(rows(of).find((row) => row.id === id(5))?.resolved).toMatchObject({ by: 'mara' }))
  await press('Handled (2)')
  await until(() => expect(shown()).toContain('Dismissed by You'))
})

test('a change is suggested with the words that were marked, with and without a remark', async () => {
  const of = open()
  await until(() => expect(shown()).toContain('Comment 3'))
  createRoot(() => comments?.draft.set({ text: '', anchor, words: 'the public entry point' }))
  await press('Suggest a change')
  const area = await textarea('What these words should say instead')
  expect(area.value).toBe('the public entry point')
  const send = () => button(document.body, 'Comment')
  await until(() => expect(send()?.hasAttribute('disabled')).toBe(true))
  type(area, 'its entry point')
  await press('Comment')
  await until(() =>
    expect(rows(of).find((row) => row.suggestion !== undefined)).toMatchObject({
      text: '',
      anchor,
      suggestion: { from: 'the public entry point', to: 'its entry point' },
    }),
  )
})

test('what its agent has and has revised since is handled, and comes back with an answer', async () => {
  const of = open()
  await until(() => expect(shown()).toContain('Comment 1'))
  const first = rows(of).find((row) => row.id === id(1))
  of.workspace.put(
    keys.planComment(planId, id(1)),
    PlanComment.parse({ ...first, sent: { runId: billingRun, by: 'mara', at } }),
  )
  const version = (n: number, when: number, runId: string): void =>
    of.workspace.put(keys.planVersion(planId, n), {
      planId,
      n,
      id: uuidv7(at + n, new Uint8Array(10).fill(n)),
      at: when,
      by: [{ kind: 'agent', runId, harness: 'claude-code' }],
      origin: 'agent',
      runId,
      words: 1,
    })
  // Of another run, and one from before it was sent.
  version(1, at + 5, uuidv7(at, new Uint8Array(10).fill(9)))
  version(2, at - 5, billingRun)
  await until(() => expect(shown()).toContain('Sent to Claude Code'))
  expect(button(document.body, 'Handled (1)')).toBeDefined()
  version(3, at + 10, billingRun)
  await until(() => expect(button(document.body, 'Handled (2)')).toBeDefined())
  expect(shown()).not.toContain('Comment 1')
  of.workspace.put(
    keys.planComment(planId, id(6)),
    PlanComment.parse({
      id: id(6),
      planId,
      thread: id(1),
      text: 'Not quite',
      by: { kind: 'person', userId: 'jonas' },
      at: at + 20,
    }),
  )
  await until(() => expect(shown()).toContain('Not quite'))
})

test('where no run is to send to, the threads are offered to a new one; an agent that has some is one to send to', async () => {
  const of = open({ runs: 'none' })
  await until(() => expect(button(document.body, 'Send 1 thread to a new run')).toBeDefined())
  of.workspace.put(
    keys.planComment(planId, id(7)),
    PlanComment.parse({
      id: id(7),
      planId,
      text: 'Given',
      by: { kind: 'person', userId: 'jonas' },
      at,
      sent: { runId: billingRun, by: 'mara', at },
    }),
  )
  await until(() =>
    expect(
      button(document.body, 'Send 1 thread to Claude Code, in the run “Get @northwind/billing ready to publish”'),
    ).toBeDefined(),
  )
})
