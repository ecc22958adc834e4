import { createSignal } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import { Share } from '#shared/domain/share.ts'
import { Member } from '#shared/domain/team.ts'
import { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { seedIds } from '../../../dev/seed.ts'
import { button, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { shareWords } from '../../../words/share.ts'
import { ShareDialog } from './share-dialog.tsx'
import { useSharing } from './use-share.ts'

let on: Stage | undefined
afterEach(() => on?.close())

const teamLink = 'https://drover.example/runs/1'

function Opened() {
  const sharing = useSharing()
  const [open, setOpen] = createSignal(true)
  return (
    <ShareDialog
      open={open()}
      onOpenChange={setOpen}
      sharing={sharing}
      teamLink={teamLink}
      onFocusLost={() => undefined}
    />
  )
}

async function open(options: Parameters<typeof stage>[1] = {}): Promise<Stage> {
  on = stage(() => <Opened />, options)
  await settled()
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.others))
  return on
}

const dialog = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role=dialog]')
  if (found === null) throw new Error('no dialog')
  return found
}
const press = (text: string): void => button(dialog(), text)?.click()
const named = (label: string): HTMLElement | null => dialog().querySelector<HTMLElement>(`[aria-label="${label}"]`)
const anyone = (): HTMLInputElement | null => dialog().querySelector<HTMLInputElement>('[role=switch]')
const row = (of: Stage): Share | undefined => Share.safeParse(of.workspace.rows.get(keys.share(billingRun))).data
const shown = (): string | undefined => named(shareWords.link)?.textContent

function type(text: string): void {
  const field = dialog().querySelector<HTMLInputElement>('input[type=email]')
  if (field === null) throw new Error('no field')
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  field.form?.requestSubmit()
}

test('turning it on makes a link, which stays through changes and is another after the end', async () => {
  const of = await open()
  expect(row(of)).toBeUndefined()
  expect(shown()).toBeUndefined()
  anyone()?.click()
  await vi.waitFor(() => expect(row(of)?.anyone).toBe(true))
  const secret = row(of)?.secret
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  await vi.waitFor(() => expect(shown()).toContain(`/shared/${billingRun}/${secret}`))
  anyone()?.click()
  await vi.waitFor(() => expect(row(of)?.anyone).toBe(false))
  expect(row(of)?.secret).toBe(secret)

  press(shareWords.stop)
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.stopText))
  expect(row(of)).toBeDefined()
  press('Cancel')
  await vi.waitFor(() => expect(dialog().textContent).not.toContain(shareWords.stopText))
  press(shareWords.stop)
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.stopText))
  press(shareWords.stop)
  await vi.waitFor(() => expect(row(of)).toBeUndefined())
  anyone()?.click()
  await vi.waitFor(() => expect(row(of)).toBeDefined())
  expect(row(of)?.secret).not.toBe(secret)
})

test('people are named by email and taken out; what is no email stays to be mended', async () => {
  const of = await open()
  type('not an address')
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.emailWrong))
  expect(row(of)).toBeUndefined()
  type('Lena@Example.test ')
  await vi.waitFor(() => expect(row(of)?.people).toEqual([{ email: 'lena@example.test', access: 'view' }]))
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.notOpened))
  expect(dialog().querySelector<HTMLInputElement>('input[type=email]')?.value).toBe('')
  named(shareWords.removeLabel('lena@example.test'))?.click()
  await vi.waitFor(() => expect(row(of)?.people).toEqual([]))
})

test('who asks is let in as that very account, or denied', async () => {
  const of = await open()
  anyone()?.click()
  await vi.waitFor(() => expect(row(of)).toBeDefined())
  const request = (name: string, wants: 'view' | 'steer') => ({
    userId: UserId.parse(name),
    name,
    email: `${name}@example.test`,
    wants,
    at: 1,
  })
  of.workspace.put(keys.share(billingRun), {
    ...row(of),
    requests: [request('lena', 'steer'), request('kai', 'view')],
  })
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.wants.steer))
  named(shareWords.allowLabel('lena'))?.click()
  await vi.waitFor(() =>
    expect(row(of)?.people).toEqual([{ userId: 'lena', name: 'lena', email: 'lena@example.test', access: 'steer' }]),
  )
  named(shareWords.denyLabel('kai'))?.click()
  await vi.waitFor(() => expect(row(of)?.requests).toEqual([]))
  expect(row(of)?.people).toHaveLength(1)
})

test('without a network the link is there, and says that it does not work yet', async () => {
  const of = await open()
  of.workspace.setHolding(true)
  anyone()?.click()
  await vi.waitFor(() => expect(dialog().textContent).toContain(shareWords.linkWaits))
  expect(shown()).toContain('/shared/')
})

test('a viewer copies the team’s link and changes nothing; a full device says so', async () => {
  const of = await open({ role: 'viewer' })
  const me = keys.member(seedIds.mara)
  of.workspace.put(me, { ...Member.parse(of.workspace.rows.get(me)), role: 'viewer' })
  await vi.waitFor(() => expect(anyone()).toBeNull())
  expect(dialog().textContent).toContain(shareWords.notYours)
  of.close()
  const full = await open()
  full.workspace.setFull(true)
  anyone()?.click()
  await vi.waitFor(() => expect(dialog().querySelector('[role=alert]')?.textContent).toMatch(/could not save/))
  expect(row(full)).toBeUndefined()
})
