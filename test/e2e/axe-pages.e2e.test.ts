import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settingsSections } from '#web/state/settings-sections.ts'
import {
  allowOnce,
  asking,
  browserPath,
  desktop,
  launchBrowser,
  makeAccount,
  openPage,
  phone,
  startApp,
  startRun,
  type RunningApp,
} from './app.ts'
import { axeFindings } from './axe.ts'
import { share } from './share-form.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** One thing to look at: how a page comes to show it, ending with what shows that it stands. */
type View = (page: Page) => Promise<unknown>

const widths = { 'a desk (1440)': desktop, 'a phone (390)': phone }
type Width = keyof typeof widths

/** Two pages would write between each other's letters; a new code of pairing ends the one before. */
const oneAfterTheOther: ReadonlySet<string> = new Set(['what can be put into a plan', 'pairing'])

/** Every page and every dialog, as axe sees it, at two widths and in both themes. */
describe.skipIf(browserPath === undefined && !required)('axe everywhere (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  const signedIn = new Map<Width, Page>()
  const strangers = new Map<Width, Page>()
  const links = { invitation: '', asks: '', done: '', shared: '', plan: '', sharedPlan: '', environment: '' }

  const go = (path: string) => (page: Page) => page.goto(`${app.origin}${path}`)
  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor()
  /** On a phone a question covers its run until it is put aside. */
  const openRun = async (page: Page): Promise<void> => {
    await page.goto(links.asks)
    await allowOnce(page).first().waitFor()
    const aside = page.getByRole('button', { name: 'Put aside' })
    if (await aside.isVisible()) await aside.click()
  }
  const openPlan = async (page: Page): Promise<void> => {
    await page.goto(links.plan)
    await page.getByRole('textbox', { name: 'Text of the plan' }).getByText('From the shared disk').first().waitFor()
  }
  /** On localhost the dialog shows no code, since no phone could reach it. */
  const pairingLink = (): Promise<string> =>
    at(signedIn, 'a desk (1440)').evaluate(async () => {
      const made = await fetch('/api/v1/pairing', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      return ((await made.json()) as { url: string }).url
    })
  const settings: Readonly<Record<string, View>> = Object.fromEntries(
    settingsSections.map((section): [string, View] => [
      section,
      async (page) => {
        await page.goto(`${app.origin}/settings/${section}`)
        await page.getByRole('heading', { level: 2 }).first().waitFor()
        await page.waitForLoadState('networkidle')
      },
    ]),
  )

  /** By the addresses of `web/routes.tsx`. */
  const ofPeople: Readonly<Record<string, Readonly<Record<string, View>>>> = {
    '/': {
      home: async (page) => {
        await go('/')(page)
        await page.waitForURL('**/runs')
        await page.getByText('Ask me').first().waitFor()
      },
    },
    '/runs': {
      runs: async (page) => {
        await go('/runs')(page)
        await page.getByText('Ask me').first().waitFor()
      },
      'runs with a search that finds none': async (page) => {
        await go('/runs?find=zebra')(page)
        await page.getByRole('button', { name: 'Clear the search' }).first().waitFor()
      },
    },
    '/runs/$runId': {
      'a run that asks': async (page) => {
        await page.goto(links.asks)
        await allowOnce(page).first().waitFor()
      },
      'a run that is done': async (page) => {
        await page.goto(links.done)
        await page.getByText('Done', { exact: true }).first().waitFor()
      },
      'a run that nobody has': async (page) => {
        await go('/runs/01900000-0000-7000-8000-000000000000')(page)
        await page.getByRole('link', { name: /runs/i }).first().waitFor()
      },
    },
    '/plans': {
      plans: async (page) => {
        await go('/plans')(page)
        await page.getByRole('row').getByText('Move the cache').first().waitFor()
      },
      'plans with a search that finds none': async (page) => {
        await go('/plans?find=zebra')(page)
        await page.getByRole('button', { name: 'Show all plans' }).waitFor()
      },
    },
    '/plans/$planId': {
      'a plan': async (page) => {
        await openPlan(page)
        await page.getByRole('checkbox', { name: 'Step: Copy it' }).waitFor()
      },
      'a plan that nobody has': async (page) => {
        await go('/plans/01900000-0000-7000-8000-000000000000')(page)
        await page.getByRole('link', { name: 'All plans' }).waitFor()
      },
    },
    '/inbox': { inbox: async (page) => (await go('/inbox')(page), await allowOnce(page).first().waitFor()) },
    '/environments': {
      environments: async (page) => {
        await go('/environments')(page)
        await page.getByRole('link', { name: 'Billing' }).waitFor()
      },
    },
    '/environments/new': {
      'a new environment': async (page) => {
        await go('/environments/new')(page)
        await page.getByRole('button', { name: 'Add a command' }).click()
        await page.getByRole('textbox', { name: 'Command 1' }).waitFor()
      },
    },
    '/environments/$environmentId': {
      'an environment': async (page) => {
        await page.goto(links.environment)
        await page.getByRole('region', { name: 'History' }).getByText('Made').waitFor()
      },
      'an environment about to be deleted': async (page) => {
        await page.goto(links.environment)
        await page.getByRole('button', { name: 'Delete', exact: true }).click()
        await page.getByRole('dialog').waitFor()
      },
      'an environment that nobody has': async (page) => {
        await go('/environments/01900000-0000-7000-8000-000000000000')(page)
        await page.getByRole('link', { name: 'All environments' }).waitFor()
      },
    },
    '/new': {
      'a new run': async (page) => {
        await go('/new')(page)
        await page.getByRole('textbox', { name: 'What should be done' }).fill('Look around')
      },
      'a choice of agents': async (page) => {
        await go('/new')(page)
        await page.locator('button[aria-haspopup="listbox"]').first().click()
        await page.getByRole('listbox').waitFor()
      },
    },
    '/usage': { usage: async (page) => (await go('/usage')(page), await heading(page, 'Usage')) },
    '/outbox': { outbox: async (page) => (await go('/outbox')(page), await heading(page, 'Outbox')) },
    '/settings': {
      settings: async (page) => (await go('/settings')(page), await page.waitForURL('**/settings/account')),
    },
    '/settings/$section': {
      ...settings,
      'settings with a profile': async (page) => {
        await go('/settings/profiles')(page)
        await page.getByRole('button', { name: 'Open Standard' }).click()
        await page.getByRole('status').getByText('Asks').first().waitFor()
      },
    },
    '/share': {
      'text from another app': async (page) => {
        await go('/new')(page)
        await page.getByRole('textbox', { name: 'What should be done' }).fill('')
        await share(page, { text: 'Said on the train' })
        await page.getByText('This text came from another app.').waitFor()
      },
      'text from another app beside a draft': async (page) => {
        await share(page, { text: 'And this' })
        await page.getByText('Another app shared this.').waitFor()
      },
    },
  }
  const ofStrangers: Readonly<Record<string, Readonly<Record<string, View>>>> = {
    '/sign-in': {
      'signing in': async (page) => (await go('/sign-in')(page), await page.getByLabel('Email').waitFor()),
      'a reset by a link that has ended': async (page) => {
        await go('/sign-in#reset=nothing')(page)
        // The hash alone loads nothing anew.
        await page.reload()
        await heading(page, /^This link/)
      },
    },
    '/invite/$token': {
      'an invitation': async (page) => (await page.goto(links.invitation), await heading(page, /^Join/)),
      'an invitation that nobody made': async (page) => {
        await go('/invite/team#token=nothing')(page)
        await page.reload()
        await heading(page, /^This link/)
      },
    },
    '/shared/$runId/$secret': {
      'a run shared with anyone': async (page) => {
        await page.goto(links.shared)
        await page.getByText('Shared, read only').waitFor()
        await page.getByText('Done', { exact: true }).first().waitFor()
      },
      'a link that opens nothing': async (page) => {
        await page.goto(`${links.shared.slice(0, -1)}${links.shared.endsWith('A') ? 'B' : 'A'}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
      },
    },
    '/shared-plan/$planId/$secret': {
      'a plan shared with anyone': async (page) => {
        await page.goto(links.sharedPlan)
        await heading(page, 'Phase 1')
        await page.getByRole('button', { name: 'Comment on the plan' }).waitFor()
      },
      'a link that opens nothing': async (page) => {
        await page.goto(`${links.sharedPlan.slice(0, -1)}${links.sharedPlan.endsWith('A') ? 'B' : 'A'}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
      },
    },
    '/pair/$token': {
      pairing: async (page) => {
        await page.goto(await pairingLink())
        await heading(page, 'Sign this device in?')
      },
    },
  }
  const dialogs: Readonly<Record<string, View>> = {
    palette: async (page) => {
      await go('/runs')(page)
      await page.getByText('Ask me').first().waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('ask')
      await page.getByRole('option').first().waitFor()
    },
    'keys sheet': async (page) => {
      await go('/runs')(page)
      await page.getByText('Ask me').first().waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    },
    'a run’s menu': async (page) => {
      await openRun(page)
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menu').waitFor()
    },
    'the changes of a run': async (page) => {
      await page.goto(`${links.done}?changes=`)
      await page.getByRole('dialog', { name: 'Changes' }).locator('[data-line]').first().waitFor()
    },
    'the comments on them': async (page) => {
      await page.goto(`${links.done}?changes=`)
      await page.getByRole('button', { name: /^Comments/ }).click()
      await page.getByRole('dialog', { name: 'Comments on the changes' }).waitFor()
    },
    'finding words in a run': async (page) => {
      await page.goto(links.done)
      await page.getByText('Done', { exact: true }).first().waitFor()
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Find in this run' }).click()
      await page.getByRole('search', { name: 'Find in this run' }).getByRole('textbox').fill('list')
    },
    'a plan’s menu': async (page) => {
      await openPlan(page)
      await page.getByRole('button', { name: 'More of this plan' }).click()
      await page.getByRole('menu').waitFor()
    },
    'the history of a plan': async (page) => {
      await openPlan(page)
      const beside = page.getByRole('button', { name: 'Show the history' })
      if (await beside.isVisible()) await beside.click()
      else {
        await page.getByRole('button', { name: 'More of this plan' }).click()
        await page.getByRole('menuitem', { name: 'History' }).click()
      }
      await page.getByText('Now', { exact: true }).first().waitFor()
    },
    'the outline of a plan': async (page) => {
      await openPlan(page)
      const beside = page.getByRole('navigation', { name: 'In this plan' })
      if (await beside.isVisible()) return
      await page.getByRole('button', { name: 'More of this plan' }).click()
      await page.getByRole('menuitem', { name: 'In this plan', exact: true }).click()
      await page.getByRole('dialog', { name: 'In this plan' }).waitFor()
    },
    'the state of a plan': async (page) => {
      await openPlan(page)
      await page.getByRole('button', { name: /State of this plan/ }).click()
      await page.getByRole('listbox').waitFor()
    },
    'what can be put into a plan': async (page) => {
      await openPlan(page)
      await page.getByRole('textbox', { name: 'Text of the plan' }).locator('p').first().click()
      await page.keyboard.press('End')
      await page.keyboard.type(' /')
      await page.getByRole('listbox', { name: 'Put in' }).waitFor()
      await page.keyboard.press('Backspace')
      await page.keyboard.press('Backspace')
      await page.keyboard.type(' @')
      await page.getByRole('listbox', { name: 'Mention a plan or a run' }).waitFor()
    },
    'finding words in a plan': async (page) => {
      await openPlan(page)
      await page.keyboard.press('Control+f')
      await page.getByRole('search', { name: 'Find in this plan' }).getByRole('textbox').fill('disk')
      await page.getByText('1 of 1').waitFor()
    },
    'moving a plan to a folder': async (page) => {
      await openPlan(page)
      await page.getByRole('button', { name: 'More of this plan' }).click()
      await page.getByRole('menuitem', { name: /^Move to folder/ }).click()
      await page.getByRole('dialog', { name: 'Move to a folder' }).waitFor()
    },
    'deleting a plan': async (page) => {
      await openPlan(page)
      await page.getByRole('button', { name: 'More of this plan' }).click()
      await page.getByRole('menuitem', { name: /^Delete/ }).click()
      await page.getByRole('dialog', { name: /^Delete/ }).waitFor()
    },
    'stopping a run': async (page) => {
      await openRun(page)
      await page.getByRole('button', { name: /^Stop/ }).first().click()
      await page.getByRole('dialog').waitFor()
    },
    'inviting somebody': async (page) => {
      await go('/settings/team')(page)
      await page.getByRole('button', { name: 'Invite' }).click()
      await page.getByRole('dialog').waitFor()
    },
    'a new secret': async (page) => {
      await go('/settings/secrets')(page)
      await page.getByRole('button', { name: 'New secret', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Seal and add' }).click()
      await page.getByRole('dialog').getByText('Enter the value.').waitFor()
    },
    'signing the command line in': async (page) => {
      await go('/settings/devices')(page)
      await page.getByRole('button', { name: 'Sign in the command line' }).click()
      await page.getByRole('dialog').getByText('drover login').waitFor()
    },
    'a new API key': async (page) => {
      await go('/settings/devices')(page)
      await page.getByRole('button', { name: 'New API key' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('A script')
      await page.getByRole('dialog').getByRole('button', { name: 'Make the key' }).click()
      await page.getByRole('dialog').getByText('DROVER_API_KEY=drp_').waitFor()
    },
    'pairing a phone': async (page) => {
      await go('/settings/devices')(page)
      await page.getByRole('button', { name: 'Pair a phone' }).click()
      await page.getByRole('dialog').locator('code').waitFor()
    },
    'a choice within a dialog': async (page) => {
      await go('/settings/team')(page)
      await page.getByRole('button', { name: 'Invite' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /They join as/ })
        .click()
      await page.getByRole('option').first().waitFor()
    },
    'signing out': async (page) => {
      await go('/runs')(page)
      await page.getByText('Ask me').first().waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('sign out')
      await page
        .getByRole('option', { name: /^Sign out/ })
        .first()
        .click()
      await page.getByRole('dialog', { name: /^Sign out/ }).waitFor()
    },
  }

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  /** A page whose content security policy has nothing to refuse. */
  async function open(context: BrowserContext): Promise<Page> {
    await context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`the policy refused ${event.violatedDirective} of ${event.blockedURI}`),
      ),
    )
    return openPage(context, problems)
  }
  async function nothingFound(page: Page, view: string): Promise<void> {
    await page.emulateMedia({ colorScheme: 'light' })
    expect.soft(await axeFindings(page), `${view}, light`).toEqual([])
    // A theme has other colours, and nothing else.
    await page.emulateMedia({ colorScheme: 'dark' })
    expect.soft(await axeFindings(page, ['color-contrast']), `${view}, dark`).toEqual([])
  }
  const at = (pages: ReadonlyMap<Width, Page>, width: Width): Page => {
    const page = pages.get(width)
    if (page === undefined) throw new Error(`nobody is at ${width}`)
    return page
  }

  test('every address of the app is visited', () => {
    const routes = readFileSync(new URL('../../web/routes.tsx', import.meta.url), 'utf8')
    const addresses = [...routes.matchAll(/\bpath: '([^']+)'/g)].map(([, address]) => address)
    expect(addresses.length).toBeGreaterThan(9)
    expect(['/welcome', ...Object.keys(ofPeople), ...Object.keys(ofStrangers)].toSorted()).toEqual(addresses.toSorted())
  })

  test('/welcome: the first account of a server', async () => {
    for (const [width, device] of Object.entries(widths) as [Width, typeof phone][]) {
      const page = await open(await browser.newContext({ ...device, serviceWorkers: 'block' }))
      strangers.set(width, page)
      await page.goto(app.link)
      await page.getByLabel('Name').waitFor()
      await nothingFound(page, `welcome, ${width}`)
    }
    const desk = await open(await browser.newContext({ ...desktop, serviceWorkers: 'block' }))
    signedIn.set('a desk (1440)', desk)
    await makeAccount(desk, app.link)
    await desk.getByText('No runs yet').waitFor()
    await nothingFound(desk, 'no runs yet')
    const pocket = await browser.newContext({
      ...phone,
      serviceWorkers: 'block',
      storageState: await desk.context().storageState(),
    })
    signedIn.set('a phone (390)', await open(pocket))
    links.done = await startRun(desk, app.origin, asking('Write a list', 'printf "a\\nb\\n" > list.txt'))
    await allowOnce(desk).click()
    await desk.getByText('Done', { exact: true }).first().waitFor()
    await desk.getByRole('button', { name: 'Share', exact: true }).click()
    const sharing = desk.getByRole('dialog', { name: 'Share this run' })
    await sharing.getByRole('switch', { name: 'Anyone with the link can view' }).click()
    links.shared = await sharing.getByLabel('Link', { exact: true }).innerText()
    await desk.goto(`${app.origin}/plans`)
    await desk.getByText('No plans yet').waitFor()
    await nothingFound(desk, 'no plans yet')
    await desk.keyboard.press('p')
    const text = desk.getByRole('textbox', { name: 'Text of the plan' })
    await text.waitFor()
    await nothingFound(desk, 'a new plan')
    await text.focus()
    await desk.keyboard.type(
      'Move the cache\nFrom the shared disk to object storage.\n## Phase 1\n[ ] Copy it\nCompare it\n\n```js ',
    )
    await desk.keyboard.type("const bucket = 'cache' // new")
    await desk.keyboard.press('ArrowDown')
    await desk.keyboard.type('/table')
    await desk.keyboard.press('Enter')
    await desk.keyboard.type('Where')
    await desk.getByRole('toolbar', { name: 'Table' }).waitFor()
    await nothingFound(desk, 'writing in a table')
    await text.getByText('From the shared disk').dblclick()
    await desk.getByRole('toolbar', { name: 'Form of the text' }).waitFor()
    await nothingFound(desk, 'marked text')
    await desk.getByRole('status').filter({ hasText: 'Saved' }).first().waitFor()
    links.plan = desk.url()
    await desk.getByRole('button', { name: 'More of this plan' }).click()
    await desk.getByRole('menuitem', { name: 'Commit to a repository…' }).click()
    await desk.getByRole('dialog', { name: 'Commit this plan' }).waitFor()
    await nothingFound(desk, 'committing a plan')
    await desk.keyboard.press('Escape')
    await desk.getByRole('button', { name: 'More of this plan' }).click()
    await desk.getByRole('menuitem', { name: 'Share…' }).click()
    const sharingPlan = desk.getByRole('dialog', { name: 'Share this plan' })
    await nothingFound(desk, 'a plan that is not shared')
    await sharingPlan.getByRole('button', { name: 'Make a link' }).click()
    links.sharedPlan = await sharingPlan.getByLabel('Link', { exact: true }).innerText()
    await sharingPlan.getByRole('button', { name: 'People with the link' }).click()
    await desk.getByRole('option', { name: /Can read and comment/ }).click()
    await nothingFound(desk, 'a plan that is shared')
    await desk.keyboard.press('Escape')
    await desk.goto(`${app.origin}/environments/new`)
    await desk.getByRole('textbox', { name: 'Name', exact: true }).fill('Billing')
    await desk.getByRole('button', { name: 'Create environment' }).click()
    await desk.getByRole('heading', { name: 'Billing' }).waitFor()
    links.environment = desk.url()
    links.asks = await startRun(desk, app.origin, asking('Ask me'))
    await allowOnce(desk).waitFor()
    await desk.goto(`${app.origin}/settings/team`)
    await desk.getByRole('button', { name: 'Invite' }).click()
    await desk.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click()
    links.invitation = await desk.getByRole('dialog').getByLabel('Invitation link').innerText()
    await nothingFound(desk, 'an invitation that was made')
  })

  /** At all widths at a time, where one does not disturb the other. */
  async function stands(pages: ReadonlyMap<Width, Page>, name: string, view: View): Promise<void> {
    const looked = async (width: Width): Promise<void> => {
      const page = at(pages, width)
      await view(page)
      await nothingFound(page, `${name}, at ${width}`)
    }
    const all = Object.keys(widths) as Width[]
    if (!oneAfterTheOther.has(name)) await Promise.all(all.map(looked))
    else for (const width of all) await looked(width)
  }

  for (const [address, views] of Object.entries(ofPeople))
    test(`the page ${address}`, async () => {
      for (const [name, view] of Object.entries(views)) await stands(signedIn, name, view)
      expect.assertions(Object.keys(views).length * 4)
    })
  for (const [address, views] of Object.entries(ofStrangers))
    test(`${address}, for whoever is not signed in`, async () => {
      for (const [name, view] of Object.entries(views)) await stands(strangers, name, view)
      expect.assertions(Object.keys(views).length * 4)
    })
  test.each(Object.entries(dialogs))('the dialog: %s', async (name, view) => {
    await stands(signedIn, name, view)
    for (const page of signedIn.values()) await page.keyboard.press('Escape')
    expect.assertions(4)
  })

  test('the mailbox over a page', async () => {
    const page = at(signedIn, 'a desk (1440)')
    await page.goto(`${app.origin}/runs`)
    await page.getByText('Ask me').first().waitFor()
    await page.getByRole('button', { name: 'Open the inbox' }).click()
    await page.getByRole('dialog', { name: 'Inbox' }).getByText('Ask me').first().waitFor()
    await nothingFound(page, 'mailbox')
  })

  test('no page threw, logged an error or was refused something by its policy', () => {
    // Of the run and the invitation that nobody made.
    expect(problems.filter((problem) => !/status of 404/.test(problem))).toEqual([])
  })
})
