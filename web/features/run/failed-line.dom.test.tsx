import { Show, createSignal } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import { Prompt } from '#shared/domain/prompt.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../dev/run-seed.ts'
import { button, settled, stage, type Stage } from '../../dev/run-stage.tsx'
import { useWorkspace } from '../../state/workspace.ts'
import { FailedLine } from './failed-line.tsx'
import { createTranscriptModel } from './transcript/transcript-model.ts'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'

let on: Stage | undefined
afterEach(() => on?.close())

const failed = { code: 'runner_lost' as const, text: 'devbox-04 lost its connection for 90 s.', retryable: true }

async function open(reason: { readonly code: 'runner_lost'; readonly text: string; readonly retryable: boolean }) {
  const [ready, setReady] = createSignal(false)
  const Line = () => {
    const model = createTranscriptModel(useWorkspace(), billingRun, () => false)
    return <FailedLine model={model} />
  }
  on = stage(() => (
    <Show when={ready()}>
      <Line />
    </Show>
  ))
  const said = (n: number, text: string) =>
    TranscriptEntry.parse({ id: `e${n}`, n, at: n, turn: n, body: { kind: 'user', text: boundedText(text) } })
  on.workspace.setTranscript(billingRun, { entries: [said(1, 'First'), said(2, 'Then this')] })
  const ended = { state: 'ERROR' as const, reason, endedAt: 1 }
  const row = on.workspace.rows.get(keys.run(billingRun))
  if (typeof row !== 'object' || row === null) throw new Error('no run')
  on.workspace.put(keys.run(billingRun), { ...row, ...ended })
  on.setRun(ended)
  setReady(true)
  await settled()
  return on
}

const sent = (of: Stage): string[] =>
  [...of.workspace.rows]
    .filter(([key]) => key.startsWith(keys.promptsOf(billingRun)))
    .map(([, value]) => Prompt.parse(value).text)

test('a failure says whole what happened and what to do; Retry sends the last request again', async () => {
  const of = await open(failed)
  expect(of.root.textContent).toContain('devbox-04 lost its connection for 90 s. Try again to go on.')
  button(of.root, 'Retry')?.click()
  await settled()
  await vi.waitFor(() => expect(sent(of), of.root.textContent).toContain('Then this'))
})

test('a browser that can’t keep the request says that, and not that there is none', async () => {
  const of = await open(failed)
  vi.spyOn(of.workspace.mutate, 'sendPrompt').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'))
  button(of.root, 'Retry')?.click()
  await vi.waitFor(() =>
    expect(of.root.querySelector('[role=alert]')?.textContent).toBe(
      'This browser could not save the change. Free some space on this device, then try again.',
    ),
  )
})

test('what would fail again is not offered again', async () => {
  const of = await open({ ...failed, retryable: false })
  expect(of.root.textContent).toContain('lost its connection')
  expect(button(of.root, 'Retry')).toBeUndefined()
})
