import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Permission } from '#shared/domain/permission.ts'
import { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { button, closeApp, openApp as open, press, shown, stubLayout, type } from './dev/app-stage.tsx'
import { seed, seedIds, seedRefusal } from './dev/seed.ts'

// Pages are fetched when first opened, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const titles = () => shown('[data-row] a[title]').map((link) => link.title)
const violations = async () => {
  const results = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })
  return results.violations.map(
    (found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`,
  )
}

describe('the runs list', () => {
  test('shows the runs in their groups, and axe finds nothing', async () => {
    await open('/runs')
    await until(() => expect(titles()[0]).toBe('Get @northwind/billing ready to publish'))
    expect(shown('[role="rowheader"]').map((heading) => heading.textContent)).toContain('Yesterday')
    expect(document.title).toBe('(4) Runs · Drover')
    expect(await violations()).toEqual([])
  })

  test('is a matter of the keyboard alone: j and k move, Enter opens', async () => {
    const { router } = await open('/runs')
    await until(() => expect(titles().length).toBeGreaterThan(4))
    press('j', document.body)
    await until(() => expect(document.activeElement?.getAttribute('data-row')).not.toBeNull())
    const first = document.activeElement?.getAttribute('data-row')
    press('ArrowDown')
    press('k')
    expect(document.activeElement?.getAttribute('data-row')).toBe(first)
    press('Enter')
    await until(() => expect(router.state.location.pathname).toBe(`/runs/${first}`))
  })

  test('keeps filter and search in the address', async () => {
    const { router } = await open('/runs?show=failed')
    await until(() => expect(titles()).toEqual(['Move the CI cache', 'Regenerate API clients']))
    type(shown('input[type="search"]')[0], 'cache')
    await until(() => expect(titles()).toEqual(['Move the CI cache']))
    expect(router.state.location.search).toEqual({ show: 'failed', find: 'cache' })
    type(shown('input[type="search"]')[0], 'nothing has this')
    await until(() => expect(document.body.textContent).toContain('No run under “Failed” has “nothing has this”'))
    button('Show all runs')?.click()
    await until(() => expect(titles().length).toBeGreaterThan(4))
  })

  test('denies from the row with the digest that was shown, and allows nothing there', async () => {
    const { workspace } = await open('/runs')
    await until(() => expect(button('Deny')?.hasAttribute('disabled')).toBe(false))
    expect(shown('button, a').map((element) => element.textContent)).not.toContain('Allow once')
    button('Deny')?.click()
    await until(async () => {
      const [permission] = await workspace.query((tx) => scanRows(tx, keys.permissions, Permission))
      expect(permission).toMatchObject({ state: 'answered', answer: { kind: 'deny' }, answeredBy: seedIds.mara })
    })
  })

  test('with nothing in it says so, with one way on', async () => {
    await open('/runs', { rows: {} })
    await until(() => expect(document.body.textContent).toContain('No runs yet. Start one, or connect a machine.'))
    expect(await violations()).toEqual([])
  })

  test('offline, says what this device knew', async () => {
    const { workspace } = await open('/runs')
    await until(() => expect(titles().length).toBeGreaterThan(4))
    const at = new Date('2026-11-23T14:02:00').getTime()
    workspace.setStatus({ connection: 'offline', offlineSince: at, freshAt: at })
    await until(() => expect(document.body.textContent).toContain('Showing what this device knew at 14:02.'))
    expect(document.body.textContent).toContain('Offline since 14:02')
  })
})

describe('a new run', () => {
  test('is started from the keyboard and shown at once', async () => {
    const { workspace, router } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    expect(await violations()).toEqual([])
    const prompt = shown('textarea')[0]
    type(prompt, '# Sweep\n\nUpdate what is old.')
    prompt?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }),
    )
    await until(() => expect(router.state.location.pathname).toMatch(/^\/runs\/.+/))
    const runs = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
    const made = runs.find((run) => router.state.location.pathname.endsWith(run.id))
    expect(made).toMatchObject({
      title: 'Sweep',
      state: 'QUEUED',
      createdBy: seedIds.mara,
      config: { harness: 'runbook' },
    })
  })

  test('without a prompt names what is missing and goes there', async () => {
    await open('/new')
    await until(() => expect(button('Start run')).toBeDefined())
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(document.body.textContent).toContain('Write what should be done.'))
    await until(() => expect(document.activeElement?.tagName).toBe('TEXTAREA'))
  })

  test('that is too long keeps every character, says by how much and does not start', async () => {
    const { workspace, router } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    const prompt = shown('textarea')[0]
    expect(prompt).toHaveProperty('maxLength', -1)
    type(prompt, 'x'.repeat(100_007))
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(document.body.textContent).toContain('7 characters too long.'))
    expect(prompt).toHaveProperty('value.length', 100_007)
    expect(router.state.location.pathname).toBe('/new')
    expect(
      (await workspace.query((tx) => scanRows(tx, keys.runs, Run))).some((run) => run.prompt.startsWith('xxx')),
    ).toBe(false)
  })

  test('shows beside the button which set-up commands would run, and lets them be cleared', async () => {
    await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(1))
    type(shown('textarea')[1], 'npm ci\nnpm run build')
    await until(() => expect(shown('footer')[0]?.textContent).toContain('2 set-up commands will run'))
    expect(shown('footer pre')[0]?.textContent).toContain('npm ci\nnpm run build')
    button('Clear them')?.click()
    await until(() => expect(shown('textarea')[1]).toHaveProperty('value', ''))
    expect(document.body.textContent).not.toContain('set-up commands will run')
  })

  test('that was started offline can be read back, whole, and says that it is not sent', async () => {
    const { workspace } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    workspace.setStatus({ connection: 'offline', offlineSince: Date.now() })
    workspace.setHolding(true)
    type(shown('textarea')[0], `Count the sheep ${'and the goats '.repeat(40)}twice`)
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(shown('[role="log"]')[0]?.textContent).toContain('and the goats twice'))
    expect(shown('[role="log"]')[0]?.textContent).toContain('On this device · not sent')
  })

  test('survives a kill half written', async () => {
    const { deviceStore } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    type(shown('textarea')[0], 'Half a thou')
    await until(async () =>
      expect(await deviceStore.get(`draft/new-run/${seedIds.mara}/${seedIds.team}`)).toMatchObject({
        prompt: 'Half a thou',
      }),
    )
    closeApp()
    await open('/new', { deviceStore })
    await until(() => expect(shown('textarea')[0]).toHaveProperty('value', 'Half a thou'))
  })
})

describe('the frame', () => {
  test('a refused change is told, and can be discarded', async () => {
    const [key, row] = seedRefusal(Date.now())
    const { workspace } = await open('/runs', { rows: { ...seed(Date.now()).rows, [key]: row } })
    await until(() => expect(document.body.textContent).toContain('Can’t send 1 change'))
    shown('button')
      .find((element) => element.textContent?.includes('Can’t send'))
      ?.click()
    await until(() => expect(document.body.textContent).toContain('Use the new rounding everywhere.'))
    expect(document.body.textContent).toContain('50 messages wait already.')
    button('Discard')?.click()
    await until(() => expect(workspace.rows.has(key)).toBe(false))
  })

  test('a refused message goes out again as a new intent with its text', async () => {
    const [key, row] = seedRefusal(Date.now())
    const { workspace } = await open('/runs', { rows: { ...seed(Date.now()).rows, [key]: row } })
    await until(() => expect(document.body.textContent).toContain('Can’t send 1 change'))
    shown('button')
      .find((element) => element.textContent?.includes('Can’t send'))
      ?.click()
    await until(() => expect(button('Try again')).toBeDefined())
    button('Try again')?.click()
    await until(() =>
      expect(
        [...workspace.rows.values()].some((value) =>
          JSON.stringify(value).includes('"text":"Use the new rounding everywhere."'),
        ),
      ).toBe(true),
    )
    await until(() => expect(workspace.rows.has(key)).toBe(false))
    expect(row.args).not.toBe('')
  })

  test('? shows the keys; N and g r go places; letters can be turned off', async () => {
    localStorage.clear()
    const { router } = await open('/runs')
    await until(() => expect(titles().length).toBeGreaterThan(4))
    press('?', document.body)
    await until(() => expect(shown('[role="dialog"]')).toHaveLength(1))
    button('Turn single-letter keys off')?.click()
    press('Escape')
    await until(() => expect(shown('[role="dialog"]')).toHaveLength(0))
    press('n', document.body)
    expect(router.state.location.pathname).toBe('/runs')
    localStorage.clear()
  })

  test('g r leads back to the runs, and typing in a field is typing', async () => {
    localStorage.clear()
    const { router } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    press('g', shown('textarea')[0])
    press('r', shown('textarea')[0])
    expect(router.state.location.pathname).toBe('/new')
    press('g', document.body)
    press('r', document.body)
    await until(() => expect(router.state.location.pathname).toBe('/runs'))
  })

  test('whoever is not signed in is led to sign in, and back', async () => {
    const { router } = await open('/runs?show=needs', { fetchMe: async () => ({ type: 'signed_out' }) })
    await until(() => expect(router.state.location.pathname).toBe('/sign-in'))
    expect(router.state.location.search).toMatchObject({ next: '/runs?show=needs' })
  })

  test('an address that names nothing says so', async () => {
    await open('/no/such/page')
    await until(() => expect(document.body.textContent).toContain('This page does not exist'))
  })

  test('a new device without a network says that the server can’t be reached', async () => {
    await open('/runs', { fetchMe: async () => ({ type: 'unreachable' }) })
    await until(() => expect(document.body.textContent).toContain('server can’t be reached'))
    expect(button('Try again')).toBeDefined()
  })
})
