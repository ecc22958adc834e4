import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Permission } from '#shared/domain/permission.ts'
import { Run } from '#shared/domain/run.ts'
import type { DeviceIntent } from '#sync/client/workspace.ts'
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
    await until(() => expect(router.state.location.search).toEqual({ show: 'failed', find: 'cache' }))
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
      expect(await deviceStore.get(`draft/${seedIds.mara}/new-run/${seedIds.team}`)).toMatchObject({
        prompt: 'Half a thou',
      }),
    )
    closeApp()
    await open('/new', { deviceStore })
    await until(() => expect(shown('textarea')[0]).toHaveProperty('value', 'Half a thou'))
  })

  test('that was started just before a kill does not stand in the form again', async () => {
    const { deviceStore, workspace, router } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    type(shown('textarea')[0], 'Only once')
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(router.state.location.pathname).toMatch(/^\/runs\/./))
    const [made] = [...workspace.rows.values()]
      .flatMap((row) => Run.safeParse(row).data ?? [])
      .filter(({ prompt }) => prompt === 'Only once')
    const key = `draft/${seedIds.mara}/new-run/${seedIds.team}`
    const before = Object(await deviceStore.get(key))
    // As it stood when the run was durable and the form was not yet emptied.
    await deviceStore.set(key, { ...before, prompt: 'Only once', runId: made?.id })
    const intents = await new Promise<readonly DeviceIntent[]>((resolve) => void workspace.subscribeIntents(resolve))
    closeApp()
    await open('/new', { deviceStore, intents })
    await until(() => expect(shown('textarea')[0]).toHaveProperty('value', ''))
    closeApp()
    await open('/new', { deviceStore, intents: [] })
    await until(() => expect(shown('textarea')[0]).toHaveProperty('value', 'Only once'))
  })

  test('that the device can’t keep stays in the form, and says so', async () => {
    const { workspace } = await open('/new')
    await until(() => expect(shown('textarea').length).toBeGreaterThan(0))
    workspace.setFull(true)
    type(shown('textarea')[0], 'No room for this')
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(shown('footer')[0]?.textContent).toContain('could not save the change'))
    expect(shown('textarea')[0]).toHaveProperty('value', 'No room for this')
  })
})

describe('the outbox', () => {
  const at = Date.now()
  const rows = seed(at).rows
  const billing =
    Object.keys(rows)
      .find((key) => key.startsWith(keys.runs))
      ?.slice(keys.runs.length) ?? ''
  const permissionId = Object.keys(rows)
    .find((key) => key.startsWith(keys.permissions))
    ?.split('/')[2]
  const intent = (id: string, name: string, args: object, more: Partial<DeviceIntent> = {}): DeviceIntent => ({
    id,
    name,
    args: { runId: billing, ...args },
    at,
    state: 'accepted',
    refusal: undefined,
    mutations: [],
    ...more,
  })

  test('says of each how far it has come, and axe finds nothing', async () => {
    const [key, row] = seedRefusal(at)
    await open('/outbox', {
      rows: { ...rows, [key]: row },
      intents: [
        intent('5', 'renameRun', { title: 'A better name' }),
        intent('4', 'answerPermission', { permissionId, answer: { kind: 'deny' } }, { state: 'local' }),
        intent('3', 'sendPrompt', { promptId: 'gone', text: 'Read by the agent' }),
        intent('2', 'stopRun', {}),
        intent('1', 'editPrompt', { text: 'Was too late' }, { state: 'refused', refusal: { code: 'stale' } }),
      ],
    })
    await until(() => {
      const said = shown('[data-item]').map((item) => item.textContent ?? '')
      expect(said).toHaveLength(6)
      expect(said[0]).toContain('50 messages wait already.')
      expect(said[1]).toMatch(/^Deny · Get @northwind.*On this device/)
      expect(said[2]).toMatch(/^Rename.*A better name.*Done/)
      expect(said[3]).toMatch(/^Message.*Read by the agent.*Done/)
      expect(said[4]).toMatch(/^Stop.*Sent/)
      expect(said[5]).toMatch(/^Edit a message.*It changed in the meantime.*Refused/)
    })
    expect(shown('h2').map(({ textContent }) => textContent)).toEqual(['Refused', 'Waits to be sent', 'Lately'])
    expect(await violations()).toEqual([])
  })

  test('is a matter of the keyboard alone', async () => {
    localStorage.clear()
    const { router } = await open('/runs', { intents: [intent('1', 'stopRun', {}), intent('2', 'stopRun', {})] })
    await until(() => expect(titles().length).toBeGreaterThan(4))
    press('g', document.body)
    press('o', document.body)
    await until(() => expect(router.state.location.pathname).toBe('/outbox'))
    await until(() => expect(shown('[data-item]')).toHaveLength(2))
    press('j', document.body)
    expect(document.activeElement).toBe(shown('[data-item]')[0])
    press('ArrowDown')
    expect(document.activeElement).toBe(shown('[data-item]')[1])
    press('k')
    expect(document.activeElement).toBe(shown('[data-item]')[0])
    shown('[data-item]')[0]?.click()
    await until(() => expect(router.state.location.pathname).toBe(`/runs/${billing}`))
  })

  test('with nothing in it says so, and offline says since when', async () => {
    const { workspace } = await open('/outbox', { intents: [] })
    await until(() => expect(document.body.textContent).toContain('Nothing was done on this device in the last days'))
    workspace.setStatus({ connection: 'offline', offlineSince: at })
    await until(() => expect(shown('[role="status"]')[0]?.textContent).toContain('Offline since'))
  })

  test('a refused message is edited and sent as a new one; what is half edited survives a kill', async () => {
    const [key, row] = seedRefusal(at)
    const all = { ...rows, [key]: row }
    const { deviceStore } = await open('/outbox', { rows: all, intents: [] })
    await until(() => expect(button('Edit')).toBeDefined())
    button('Edit')?.click()
    expect(shown('textarea')[0]).toHaveProperty('value', 'Use the new rounding everywhere.')
    expect(document.activeElement).toBe(shown('textarea')[0])
    type(shown('textarea')[0], 'Use the new rounding in bills.')
    const draft = `draft/${seedIds.mara}/refused/client/7`
    await until(async () => expect(await deviceStore.get(draft)).toBe('Use the new rounding in bills.'))
    closeApp()
    const { workspace } = await open('/outbox', { rows: all, intents: [], deviceStore })
    await until(() => expect(button('Edit on')).toBeDefined())
    button('Edit on')?.click()
    expect(shown('textarea')[0]).toHaveProperty('value', 'Use the new rounding in bills.')
    shown('form')[0]?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await until(() => expect(workspace.rows.has(key)).toBe(false))
    expect(JSON.stringify([...workspace.rows.values()])).toContain('"text":"Use the new rounding in bills."')
    expect(await deviceStore.get(draft)).toBeUndefined()
  })

  test('a long text that was refused is had whole from this device', async () => {
    const [key, row] = seedRefusal(at)
    const text = 'All of it. '.repeat(1000)
    const refused = { ...row, args: JSON.stringify({ runId: billing, text }).slice(0, 4000) }
    const mutations = [{ clientId: row.clientId, mutationId: row.mutationId }]
    await open('/outbox', {
      rows: { ...rows, [key]: refused },
      intents: [intent('1', 'sendPrompt', { text }, { state: 'refused', refusal: row.refusal, mutations })],
    })
    await until(() => expect(shown('[data-item] p[dir]')[0]?.textContent).toBe(text))
    expect(shown('[data-item]')).toHaveLength(1)
    expect(button('Try again')).toBeDefined()
  })

  test('a device that can’t keep the second try says so, and the refusal stays', async () => {
    const [key, row] = seedRefusal(at)
    const { workspace } = await open('/outbox', { rows: { ...rows, [key]: row }, intents: [] })
    await until(() => expect(button('Try again')).toBeDefined())
    workspace.setFull(true)
    for (const act of ['Try again', 'Discard']) {
      button(act)?.click()
      await until(() => expect(shown('[role="alert"]')[0]?.textContent).toContain('could not save the change'))
    }
    expect(workspace.rows.has(key)).toBe(true)
  })
})

describe('the frame', () => {
  test('a refused change is told, and can be discarded', async () => {
    const [key, row] = seedRefusal(Date.now())
    const { workspace } = await open('/runs', { rows: { ...seed(Date.now()).rows, [key]: row } })
    await until(() => expect(document.body.textContent).toContain('Can’t send 1 change'))
    shown('a')
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
    shown('a')
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
