import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { Run } from '#shared/domain/run.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { button, closeApp, openApp, press, shown, stubLayout, type, type AppStage } from '../../../dev/app-stage.tsx'
import { manyRuns, seed } from '../../../dev/seed.ts'
import { createMemoryDeviceStore } from '../../../state/device-store.ts'
import { pagesOf } from '../../../state/pages.ts'

// Pages are fetched when first opened, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const field = () => {
  const [found] = shown('[role="combobox"][aria-autocomplete]')
  if (!(found instanceof HTMLInputElement)) throw new Error('the palette is not open')
  return found
}
const options = () => shown('[role="option"]')
const marked = () => document.getElementById(field().getAttribute('aria-activedescendant') ?? '')
const groups = () => shown('[role="listbox"] [role="group"]').map((group) => group.firstElementChild?.textContent)
const openKey = (target: Element = document.body) => press('k', target, { ctrlKey: true })

async function open(path: string, more: Parameters<typeof openApp>[1] = {}): Promise<AppStage> {
  const stage = await openApp(path, more)
  await until(() => expect(shown('[data-row]').length + shown('textarea').length).toBeGreaterThan(0))
  return stage
}
async function openPalette(target?: Element): Promise<void> {
  openKey(target)
  await until(() => expect(document.activeElement).toBe(field()))
}

test('Ctrl K opens it from a field in the middle of a word, and Escape leads back there', async () => {
  await open('/new')
  const [prompt] = shown('textarea')
  prompt?.focus()
  await openPalette(prompt)
  expect(
    (await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations.map(({ id }) => id),
  ).toEqual([])
  press('Escape')
  await until(() => expect(document.activeElement).toBe(prompt))
  await openPalette(prompt)
  openKey(field())
  await until(() => expect(document.activeElement).toBe(prompt))
})

test('finds a run by title and prompt, marks what was typed, and Enter goes there', async () => {
  const { router, workspace } = await open('/runs')
  await openPalette()
  type(field(), 'uploaded webhooks')
  await until(() => expect(options()).toHaveLength(1))
  expect(shown('[role="option"] mark').map((mark) => mark.textContent)).toEqual(['webhooks', 'uploaded'])
  press('Enter')
  const runs = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
  const wanted = runs.find((run) => run.title === 'Deliver webhooks at least once')
  await until(() => expect(router.state.location.pathname).toBe(`/runs/${wanted?.id}`))
  expect(shown('[role="combobox"][aria-autocomplete]')).toEqual([])
})

test('finds what was said in a transcript on this device, below all else, and Enter leads to the very entry', async () => {
  const { router, workspace } = await open('/runs')
  const [run] = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
  if (run === undefined) throw new Error('no run')
  const said = TranscriptEntry.parse({
    id: 'e7',
    n: 7,
    at: Date.now(),
    turn: 1,
    body: { kind: 'message', text: boundedText('a settings file full of persimmons'), done: true },
  })
  workspace.setTranscript(run.id, { entries: [said] })
  await openPalette()
  type(field(), 'settings')
  await until(() => expect(groups().at(-1)).toBe('In transcripts on this device'))
  expect(marked()?.textContent).toContain('Settings')
  type(field(), 'Persimmons')
  expect(shown('[role="option"]')).toEqual([])
  await until(() => expect(options()).toHaveLength(1))
  expect(marked()?.textContent).toContain(run.title)
  press('Enter')
  await until(() => expect(router.state.location.pathname).toBe(`/runs/${run.id}`))
  expect(router.state.location.hash).toBe('e-7')
})

test('arrows, Home and End move the mark, around the ends too, and the focus stays in the field', async () => {
  await open('/runs')
  await openPalette()
  const all = options()
  expect(marked()).toBe(all[0])
  press('ArrowDown')
  expect(marked()).toBe(all[1])
  press('End')
  expect(marked()).toBe(all.at(-1))
  press('ArrowDown')
  expect(marked()).toBe(all[0])
  press('ArrowUp')
  expect(marked()).toBe(all.at(-1))
  press('Home')
  expect(marked()).toBe(all[0])
  expect(all.filter((option) => option.getAttribute('aria-selected') === 'true')).toEqual([all[0]])
  expect(document.activeElement).toBe(field())
  // Another letter starts at the best hit again.
  press('End')
  type(field(), 'set')
  await until(() => expect(marked()).toBe(options()[0]))
})

test('Enter that ends the writing of a character chooses nothing', async () => {
  const { router } = await open('/runs')
  await openPalette()
  type(field(), 'settings')
  press('Enter', field(), { isComposing: true })
  expect(field().value).toBe('settings')
  expect(router.state.location.pathname).toBe('/runs')
})

test('with nothing typed, the runs opened last stand first, also after the app was closed', async () => {
  const deviceStore = createMemoryDeviceStore()
  const { router, workspace } = await open('/runs', { deviceStore })
  const runs = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
  const [first, second] = runs
  for (const run of [first, second]) {
    await router.navigate({ to: '/runs/$runId', params: { runId: run?.id ?? '' } })
    await until(() => expect(document.querySelector('h1')?.textContent).toBe(run?.title))
  }
  await until(async () =>
    expect(JSON.stringify(await deviceStore.get('recent-runs/mara/northwind'))).toContain(second?.id),
  )
  closeApp()
  await open('/runs', { deviceStore })
  await openPalette()
  await until(() => expect(groups()[0]).toBe('Opened last'))
  expect(options()[0]?.textContent).toContain(second?.title)
  expect(options()[1]?.textContent).toContain(first?.title)
})

test('offers what the open page can do, with its key, and does it', async () => {
  const { workspace, router } = await open('/runs')
  await openPalette()
  type(field(), 'search runs')
  await until(() => expect(marked()?.textContent).toBe('Search runs/'))
  press('Enter')
  await until(() => expect(document.activeElement?.getAttribute('type')).toBe('search'))

  const runs = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
  const working = runs.find((run) => run.state === 'INPROGRESS')
  await router.navigate({ to: '/runs/$runId', params: { runId: working?.id ?? '' } })
  await until(() => expect(document.querySelector('h1')?.textContent).toBe(working?.title))
  await openPalette()
  expect(groups()).toContain('On this page')
  type(field(), 'stop')
  await until(() => expect(marked()?.textContent).toBe('Stop this run'))
  press('Enter')
  await until(() => expect(shown('[role="dialog"]')[0]?.textContent).toContain('Stop this run?'))

  // A dialog that asks is answered first.
  openKey(shown('[role="dialog"]')[0])
  expect(shown('[role="combobox"][aria-autocomplete]')).toEqual([])
  button('Cancel')?.click()
  await until(() => expect(shown('[role="dialog"]')).toEqual([]))
  await openPalette()
  type(field(), 'rename')
  press('Enter')
  await until(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Title of this run'))
})

test('opens over a sheet, offers only what leads elsewhere, and leaves the sheet behind', async () => {
  const { router } = await open('/runs')
  press('?', document.body)
  await until(() => expect(shown('[role="dialog"]')[0]?.textContent).toContain('Keys'))
  await openPalette(shown('[role="dialog"]')[0])
  expect(groups()).not.toContain('On this page')
  type(field(), 'new run')
  press('Enter')
  await until(() => expect(router.state.location.pathname).toBe('/new'))
  await until(() => expect(shown('[role="dialog"]')).toEqual([]))
})

test('every page that it offers is there', async () => {
  const { router } = await open('/runs')
  const offered = pagesOf(router)
  expect(offered.map(({ href }) => href)).toContain('/settings/team')
  for (const { href, title } of offered) {
    expect(router.matchRoutes(new URL(href, 'http://x').pathname).at(-1)?.fullPath, title).not.toBe('/')
    router.history.push(href)
    await until(() => expect(router.state.status).toBe('idle'))
    expect(document.body.textContent, href).not.toContain('This page does not exist')
  }
})

describe('among ten thousand runs', () => {
  test('a few of them are shown, and the one that is meant is found', async () => {
    const now = Date.now()
    await open('/runs', { rows: { ...seed(now).rows, ...manyRuns(10_000, now) } })
    await openPalette()
    type(field(), 'run')
    await until(() => expect(options().length).toBe(20))
    type(field(), 'run 7341 past')
    await until(() =>
      expect(options().map((option) => option.textContent)).toEqual([expect.stringContaining('Run 7341 of the past')]),
    )
    type(field(), 'no such thing')
    await until(() => expect(document.body.textContent).toContain('Nothing here is called “no such thing”'))
  })
})
