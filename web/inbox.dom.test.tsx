import axe from 'axe-core'
import * as KToast from '@kobalte/core/toast'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Permission } from '#shared/domain/permission.ts'
import { Run } from '#shared/domain/run.ts'
import { PermissionId, uuidv7 } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { layOut, onDesktop, onPhone, stageApp, type AppStage, type AppStageOptions } from './dev/app-stage.tsx'
import { noPush } from './dev/no-push.ts'
import { seedIds } from './dev/seed.ts'
import { browserPlatform } from './state/platform.ts'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

let stage: AppStage | undefined
beforeEach(() => {
  localStorage.clear()
  layOut(onDesktop)
})
afterEach(() => {
  stage?.close()
  stage = undefined
  KToast.toaster.clear()
  document.body.replaceChildren()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function open(path: string, options: AppStageOptions = {}): Promise<AppStage> {
  stage = await stageApp(path, options)
  return stage
}

const shown = (selector: string, within: ParentNode = document) => [...within.querySelectorAll<HTMLElement>(selector)]
const rows = () => shown('[role="treegrid"][aria-label="Notifications"] [data-row]')
const titles = () => rows().map((row) => row.querySelector('a[title]')?.textContent)
const row = (title: string) => {
  const found = rows().find((one) => one.querySelector('a[title]')?.textContent === title)
  if (found === undefined) throw new Error(`no row ${title}: ${titles().join(', ')}`)
  return found
}
const button = (text: string, within: ParentNode = document) =>
  shown('button, a', within).find(
    (one) => one.getAttribute('aria-label') === text || (one.textContent ?? '').trim().startsWith(text),
  )
const filter = (name: string) => button(name, shown('[role="toolbar"]')[0])
const press = (key: string, init: KeyboardEventInit = {}, target: Element = document.activeElement ?? document.body) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
const notes = (of: AppStage) =>
  of.workspace.query((tx) => scanRows(tx, keys.notificationsOf(seedIds.mara), AgentNotification))
const unread = async (of: AppStage) =>
  (await notes(of)).filter((note) => note.readAt === undefined).map((note) => note.title)
const isUnread = (title: string) => row(title).querySelector('[aria-label="Unread"]') !== null
const billing = 'Get @northwind/billing ready to publish'
const webhooks = 'Deliver webhooks at least once'

/** Changes rows as the server would. */
async function settle(of: AppStage, title: string, change: (note: AgentNotification) => Partial<AgentNotification>) {
  const note = (await notes(of)).find((one) => one.title === title && one.permissionId !== undefined)
  if (note?.permissionId === undefined) throw new Error(`no question of ${title}`)
  of.workspace.del(keys.permission(note.runId, note.permissionId))
  of.workspace.put(keys.notification(seedIds.mara, note.runId, note.id), { ...note, ...change(note) })
}

let made = 0
async function tell(of: AppStage, title: string, more: Partial<AgentNotification> = {}): Promise<AgentNotification> {
  const run = (await of.workspace.query((tx) => scanRows(tx, keys.runs, Run))).find((one) => one.title === title)
  if (run === undefined) throw new Error(`no run ${title}`)
  const note: AgentNotification = {
    id: `turn-${90 + ++made}`,
    userId: seedIds.mara,
    runId: run.id,
    type: 'complete',
    at: Date.now() + made,
    title,
    text: `News ${made}`,
    ...more,
  }
  of.workspace.put(keys.notification(seedIds.mara, run.id, note.id), note)
  return note
}

describe('the list', () => {
  test('has what waits for an answer first, then the days, and nothing for axe', async () => {
    await open('/inbox')
    await until(() =>
      expect(titles().slice(0, 3)).toEqual([billing, webhooks, 'Fix the checkout test that fails on Safari']),
    )
    expect(shown('[role="rowheader"]').map((heading) => heading.textContent)).toEqual(
      expect.arrayContaining(['Needs you2', 'Yesterday']),
    )
    expect(isUnread(billing)).toBe(true)
    expect(isUnread('Draft the weekly changelog')).toBe(false)
    expect(document.title).toBe('(4) Inbox · Drover')
    const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })
    expect(
      found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`),
    ).toEqual([])
  })

  test('offers filters only where they lead somewhere, and one that empties says so, with a way back', async () => {
    const of = await open('/inbox?show=errors')
    await until(() => expect(titles()).toEqual(['Move the CI cache']))
    press('e', {}, row('Move the CI cache'))
    await until(() => expect(document.body.textContent).toContain('Nothing has failed.'))
    expect(filter('Errors')).toBeDefined()
    button('Show all')?.click()
    await until(() => expect(titles()).toContain(billing))
    expect(filter('Errors')).toBeUndefined()
    expect(of.router.state.location.search).toEqual({})
    button('Mark all as read')?.click()
    await until(() => expect(filter('Unread')).toBeUndefined())
    expect(filter('All')).toBeDefined()
  })

  test('allows what its line shows whole and harmless, and leads to all the rest', async () => {
    const of = await open('/inbox')
    await until(() => expect(button('Review', row(billing))).toBeDefined())
    expect(button('Allow once', row(billing))).toBeUndefined()
    expect(button('Answer', row(webhooks))).toBeDefined()
    const note = (await notes(of)).find((one) => one.title === billing)
    const key = keys.permission(note?.runId ?? seedless(), note?.permissionId ?? seedless())
    const known = Permission.parse(of.workspace.rows.get(key))
    const effects = [{ text: 'npm test', summary: 'Runs the tests.', risk: 'runs', danger: false }]
    of.workspace.put(key, {
      ...known,
      request: { ...known.request, subject: { kind: 'command', command: 'npm test', effects } },
    })
    await until(() => expect(button('Allow once', row(billing))).toBeDefined())
    button('Allow once', row(billing))?.click()
    await until(() => expect(row(billing).textContent).toContain('You allowed this once'))
    expect(Permission.parse(of.workspace.rows.get(key))).toMatchObject({
      state: 'answered',
      answer: { kind: 'allow_once' },
    })
    expect(isUnread(billing)).toBe(false)
  })

  test('denies from the row, with the digest that was shown', async () => {
    const of = await open('/inbox')
    await until(() => expect(button('Deny', row(billing))).toBeDefined())
    button('Deny', row(billing))?.click()
    await until(() => expect(row(billing).textContent).toContain('You denied this'))
    expect(of.router.state.location.pathname).toBe('/inbox')
    expect(row(billing).textContent).toContain('rm -rf build && npm publish --dry-run')
  })

  test('says by whom a question was settled after its own row has gone, or that nobody did', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    const at = new Date('2026-11-23T14:04:00').getTime()
    await settle(of, billing, () => ({
      readAt: at,
      outcome: { kind: 'answered', answer: { kind: 'deny' }, by: seedIds.jonas, at },
    }))
    await settle(of, webhooks, () => ({ readAt: at, outcome: { kind: 'lapsed', at } }))
    await until(() => expect(row(billing).textContent).toContain('Jonas denied this, 14:04'))
    expect(row(webhooks).textContent).toContain('The run ended before anyone answered')
    expect(shown('[role="rowheader"]').map((heading) => heading.textContent)).not.toContain('Needs you2')
    expect(button('Deny', row(billing))).toBeUndefined()
  })

  test('marks all as read that was shown, and nothing that came under a resting pointer', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    shown('[role="treegrid"]')[0]?.dispatchEvent(
      new PointerEvent('pointermove', { pointerType: 'mouse', bubbles: true }),
    )
    await tell(of, 'Split billing into its own package')
    await until(() => expect(filter('Unread')?.textContent).toContain('5'))
    expect(titles()).not.toContain('Split billing into its own package')
    button('Mark all as read')?.click()
    await until(async () => expect(await unread(of)).toEqual(['Split billing into its own package']))
  })

  test('with nothing in it says what will be', async () => {
    await open('/inbox', { rows: {} })
    await until(() => expect(document.body.textContent).toContain('When an agent asks, ends or fails'))
    expect(shown('[role="toolbar"]')).toEqual([])
  })

  test('offline, says what this device knew', async () => {
    const { workspace } = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    const at = new Date('2026-11-23T14:02:00').getTime()
    workspace.setStatus({ connection: 'offline', offlineSince: at, freshAt: at })
    await until(() => expect(document.body.textContent).toContain('Showing what this device knew at 14:02.'))
  })
})

describe('by keyboard', () => {
  test('arrows select, Enter opens the very question, and the visit reads it', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    press('ArrowDown', {}, document.body)
    await until(() => expect(document.activeElement).toBe(row(billing)))
    press('ArrowDown')
    press('ArrowUp')
    press('Enter')
    const note = (await notes(of)).find((one) => one.title === billing)
    await until(() => expect(of.router.state.location.pathname).toBe(`/runs/${note?.runId}`))
    expect(of.router.state.location.search).toEqual({ ask: note?.permissionId })
    await until(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Permission request'))
    await until(async () => expect(await unread(of)).not.toContain(billing))
    // It was read, and still waits for an answer.
    await until(() => expect(document.title).toBe(`(4) ◆ ${billing} · Drover`))
  })

  test('U marks unread and read again, E archives and goes on with the next, undo brings it back', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    row('Draft the weekly changelog').focus()
    press('u')
    await until(() => expect(isUnread('Draft the weekly changelog')).toBe(true))
    press('u')
    await until(() => expect(isUnread('Draft the weekly changelog')).toBe(false))
    row('Move the CI cache').focus()
    press('e')
    await until(() => expect(titles()).not.toContain('Move the CI cache'))
    await until(() => expect(document.activeElement).toBe(row('Explain last night’s 502s')))
    await until(() => expect(document.title).toBe('(3) Inbox · Drover'))
    await until(() => expect(button('Undo')).toBeDefined())
    button('Undo')?.click()
    await until(() => expect(titles()).toContain('Move the CI cache'))
    expect((await notes(of)).some((note) => note.archived === true)).toBe(false)
  })

  test('Shift-Tab on a row goes through the filters, Tab and Shift-Tab elsewhere are left alone, Esc leaves', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    row(billing).focus()
    expect(press('Tab')).toBe(true)
    expect(press('Tab', { shiftKey: true }, button('Deny', row(billing)))).toBe(true)
    expect(of.router.state.location.search).toEqual({})
    expect(press('Tab', { shiftKey: true })).toBe(false)
    await until(() => expect(filter('Unread')?.getAttribute('aria-pressed')).toBe('true'))
    expect(of.router.state.location.search).toEqual({ show: 'unread' })
    await until(() => expect(document.activeElement).toBe(row(billing)))
    press('Tab', { shiftKey: true })
    await until(() => expect(filter('Errors')?.getAttribute('aria-pressed')).toBe('true'))
    await until(() => expect(document.activeElement).toBe(row('Move the CI cache')))
    press('Tab', { shiftKey: true })
    await until(() => expect(filter('All')?.getAttribute('aria-pressed')).toBe('true'))
    await until(() => expect(document.activeElement).toBe(rows()[0]))
    press('Escape')
    await until(() => expect(of.router.state.location.pathname).toBe('/runs'))
  })

  test('g i leads there; the keys are on the sheet, and letters can be turned off', async () => {
    const of = await open('/runs')
    await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
    press('g', {}, document.body)
    press('i', {}, document.body)
    await until(() => expect(titles()).toContain(billing))
    press('?', {}, document.body)
    await until(() => expect(shown('[role="dialog"]')[0]?.textContent).toContain('In the inbox'))
    button('Turn single-letter keys off')?.click()
    press('Escape')
    await until(() => expect(shown('[role="dialog"]')).toHaveLength(0))
    row(billing).focus()
    press('e')
    expect((await notes(of)).some((note) => note.archived === true)).toBe(false)
  })
})

describe('by hand', () => {
  const pointer = (type: string, x: number, y = 0) =>
    new PointerEvent(type, { pointerType: 'touch', pointerId: 1, clientX: x, clientY: y, bubbles: true })
  const face = (title: string) => {
    const found = row(title).querySelector('[data-type]')
    if (found === null) throw new Error('no cells')
    return found
  }

  test('a swipe archives; one that turns down or is let go early does nothing', async () => {
    layOut(onPhone)
    vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(108)
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    const swipe = (title: string, ...to: readonly [x: number, y: number][]) => {
      const on = face(title)
      on.dispatchEvent(pointer('pointerdown', 300))
      for (const [x, y] of to) on.dispatchEvent(pointer('pointermove', x, y))
      on.dispatchEvent(pointer('pointerup', ...(to.at(-1) ?? [300, 0])))
    }
    swipe('Explain last night’s 502s', [296, 20], [100, 30])
    swipe('Explain last night’s 502s', [260, 2], [220, 2])
    expect((await notes(of)).some((note) => note.archived === true)).toBe(false)
    swipe('Explain last night’s 502s', [260, 2], [150, 4])
    await until(() => expect(titles()).not.toContain('Explain last night’s 502s'))
    expect(of.router.state.location.pathname).toBe('/inbox')
    await until(() => expect(button('Undo')).toBeDefined())
    button('Undo')?.click()
    await until(() => expect(titles()).toContain('Explain last night’s 502s'))
  })

  test('the menu of a row does what its keys do, and opens nothing', async () => {
    const of = await open('/inbox')
    await until(() => expect(titles()).toContain(billing))
    const menu = button(`More: ${billing}`)
    menu?.focus()
    press('ArrowDown')
    await until(() =>
      expect(shown('[role="menuitem"]').map((item) => item.textContent)).toEqual(['Mark as readU', 'ArchiveE']),
    )
    await until(() => expect(document.activeElement?.textContent).toBe('Mark as readU'))
    for (const type of ['keydown', 'keyup'])
      document.activeElement?.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', bubbles: true, cancelable: true }))
    await until(() => expect(isUnread(billing)).toBe(false))
    expect(of.router.state.location.pathname).toBe('/inbox')
  })
})

describe('the mailbox', () => {
  test('opens over the page with the focus in it, goes to what is chosen, and Esc gives the focus back', async () => {
    const of = await open('/runs')
    await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
    const bell = button('Open the inbox')
    bell?.focus()
    bell?.click()
    await until(() => expect(document.activeElement).toBe(row(billing)))
    expect(of.router.state.location.pathname).toBe('/runs')
    press('Escape')
    await until(() => expect(rows()).toEqual([]))
    await until(() => expect(document.activeElement).toBe(bell))
    bell?.click()
    await until(() => expect(document.activeElement).toBe(row(billing)))
    press('j')
    press('Enter')
    await until(() => expect(of.router.state.location.pathname).toMatch(/^\/runs\/.+/))
    await until(() => expect(rows()).toEqual([]))
  })

  test('is left for the palette by its key', async () => {
    await open('/runs')
    await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
    button('Open the inbox')?.click()
    await until(() => expect(document.activeElement).toBe(row(billing)))
    press('k', { ctrlKey: true })
    await until(() => expect(document.activeElement?.getAttribute('role')).toBe('combobox'))
    await until(() => expect(rows()).toEqual([]))
  })
})

describe('a visit', () => {
  const setVisible = (visible: boolean) => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visible ? 'visible' : 'hidden')
    document.dispatchEvent(new Event('visibilitychange'))
  }

  test('reads what is of the run, once: what is marked unread there stays so', async () => {
    const of = await open('/runs')
    const [note] = (await notes(of)).filter((one) => one.title === 'Move the CI cache')
    await of.router.navigate({ to: '/runs/$runId', params: { runId: note?.runId ?? seedless() } })
    await until(async () => expect(await unread(of)).not.toContain('Move the CI cache'))
    await of.workspace.mutate.markNotification({ runId: note?.runId ?? seedless(), id: note?.id ?? '', read: false })
    await tell(of, 'Explain last night’s 502s')
    await until(async () => expect(await unread(of)).toContain('Move the CI cache'))
    const next = await tell(of, 'Move the CI cache')
    await until(async () => expect((await notes(of)).find((one) => one.id === next.id)?.readAt).toBeTypeOf('number'))
  })

  test('that nobody sees reads nothing until it is seen', async () => {
    setVisible(false)
    const of = await open('/runs')
    const [note] = (await notes(of)).filter((one) => one.title === 'Move the CI cache')
    await of.router.navigate({ to: '/runs/$runId', params: { runId: note?.runId ?? seedless() } })
    await until(() => expect(document.title).toContain('✕ Move the CI cache'))
    expect(await unread(of)).toContain('Move the CI cache')
    setVisible(true)
    await until(async () => expect(await unread(of)).not.toContain('Move the CI cache'))
  })

  describe('and news', () => {
    const toasts = () => shown('[role="region"] [role="status"]').map((toast) => toast.textContent)
    let now = Date.now()
    const platform = () => {
      now = Date.now()
      return { ...browserPlatform, now: () => now, openedAt: now - 1 }
    }
    /** The device hears from the server, and what comes from then on has just happened. */
    const goLive = (of: AppStage) => {
      of.workspace.setStatus({ freshAt: now })
      now += 2000
      of.workspace.setStatus({ freshAt: now })
    }

    test('what comes is told politely, at most two at once, and what was there is not', async () => {
      const of = await open('/runs', { platform: platform() })
      await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
      expect(toasts()).toEqual([])
      goLive(of)
      for (const title of ['Move the CI cache', 'Explain last night’s 502s', 'Draft the weekly changelog']) {
        await tell(of, title)
        await until(() => expect(toasts().at(-1)).toContain(title))
      }
      expect(toasts()).toHaveLength(2)
      expect(toasts()[0]).toContain('Explain last night’s 502s')
      expect(shown('[role="region"] [role="status"]')[0]?.getAttribute('aria-live')).toBe('polite')
      button('Draft the weekly changelog', shown('[role="region"]').at(-1))?.click()
      await until(() => expect(of.router.state.location.pathname).toMatch(/^\/runs\/.+/))
      await until(() => expect(toasts()).toHaveLength(1))
    })

    test('none is shown on the run’s own page, nor for what a device catches up with', async () => {
      const of = await open('/runs', { platform: platform() })
      await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
      goLive(of)
      const [note] = (await notes(of)).filter((one) => one.title === 'Move the CI cache')
      await of.router.navigate({ to: '/runs/$runId', params: { runId: note?.runId ?? seedless() } })
      await until(() => expect(document.title).toContain('Move the CI cache'))
      const here = await tell(of, 'Move the CI cache')
      await until(async () => expect((await notes(of)).find((one) => one.id === here.id)?.readAt).toBeTypeOf('number'))
      // Back after a night.
      now += 12 * 60 * 60_000
      await tell(of, 'Explain last night’s 502s')
      await until(() => expect(document.title).toContain('(4)'))
      of.workspace.setStatus({ freshAt: now })
      await tell(of, 'Draft the weekly changelog')
      await until(() => expect(document.title).toContain('(5)'))
      now += 2000
      await tell(of, 'Find where sessions leak memory')
      await until(() => expect(toasts()).toHaveLength(1))
      expect(toasts()[0]).toContain('Find where sessions leak memory')
    })

    test('a question that is answered elsewhere takes its toast along', async () => {
      const of = await open('/runs', { platform: platform() })
      await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
      goLive(of)
      const permissionId = PermissionId.parse(uuidv7(now, new Uint8Array(10).fill(7)))
      const note = await tell(of, 'Nightly dependency sweep', {
        id: permissionId,
        permissionId,
        type: 'request',
        asks: 'command',
        text: 'npm audit fix',
      })
      await until(() => expect(toasts()[0]).toContain('Wants to run: npm audit fix'))
      of.workspace.put(keys.notification(seedIds.mara, note.runId, note.id), { ...note, readAt: now })
      await until(() => expect(toasts()).toEqual([]))
    })

    describe('in a hidden window', () => {
      const given: { title: string; body: string | undefined; closed: boolean }[] = []
      const stubSystem = (options: { otherSeen?: boolean } = {}) => {
        given.length = 0
        vi.stubGlobal(
          'Notification',
          class extends EventTarget {
            static readonly permission = 'granted'
            readonly mine: (typeof given)[number]
            constructor(title: string, more: NotificationOptions) {
              super()
              this.mine = { title, body: more.body, closed: false }
              given.push(this.mine)
            }
            close() {
              this.mine.closed = true
            }
          },
        )
        Object.defineProperty(navigator, 'locks', {
          configurable: true,
          value: {
            request: async () => undefined,
            query: async () => ({ held: options.otherSeen === true ? [{ name: 'drover/visible' }] : [] }),
          },
        })
      }
      afterEach(() => {
        Reflect.deleteProperty(navigator, 'locks')
      })
      const openHidden = async (options: { pushed?: boolean } = {}) => {
        setVisible(false)
        const address = { endpoint: 'https://push.example/1', keys: { p256dh: '', auth: '' } }
        const push = { ...noPush, current: async () => (options.pushed === true ? address : undefined) }
        const of = await open('/runs', { platform: platform(), push })
        await until(() => expect(shown('[data-row]').length).toBeGreaterThan(4))
        goLive(of)
        return of
      }

      test('the system tells it, and takes it back once it is read elsewhere', async () => {
        stubSystem()
        const of = await openHidden()
        const note = await tell(of, 'Move the CI cache', { type: 'error', text: 'Disk full' })
        await until(() =>
          expect(given).toEqual([{ title: 'Move the CI cache', body: 'Failed: Disk full', closed: false }]),
        )
        expect(toasts()).toEqual([])
        of.workspace.put(keys.notification(seedIds.mara, note.runId, note.id), { ...note, readAt: now })
        await until(() => expect(given[0]?.closed).toBe(true))
      })

      test.each([
        ['a push service brings it', { pushed: true }],
        ['another window of this browser is seen', { otherSeen: true }],
      ])('it does not where %s', async (_why, options) => {
        const now: { pushed?: boolean; otherSeen?: boolean } = { ...options }
        stubSystem(now)
        const of = await openHidden(now)
        await tell(of, 'Move the CI cache')
        await until(() => expect(document.title).toContain('(5)'))
        Object.assign(now, { pushed: false, otherSeen: false })
        await tell(of, 'Explain last night’s 502s')
        await until(() => expect(given.map(({ title }) => title)).toEqual(['Explain last night’s 502s']))
      })
    })
  })
})

function seedless(): never {
  throw new Error('the seed has changed')
}
