import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Three people of one team, each in a browser of their own. */
describe.skipIf(browserPath === undefined && !required)('people of a team (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let owner: Page
  let member: Page
  let viewer: Page
  let runUrl = ''

  beforeAll(async () => {
    app = await startApp()
    browser = await launchBrowser()
    owner = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(owner, app.link)
    member = await openPage(await browser.newContext(desktop), problems)
    await makeAccount(member, await invite('Member'), 'Jonas Weber')
    viewer = await openPage(await browser.newContext(phone), problems)
    await makeAccount(viewer, await invite('Viewer'), 'Tomoko Abe')
    runUrl = await startRun(owner, app.origin, asking('Who may answer'))
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
  })

  /** Makes an invitation on the page of the team. Its link. */
  async function invite(role: 'Member' | 'Viewer'): Promise<string> {
    await owner.goto(`${app.origin}/settings/team`)
    await owner.getByRole('button', { name: 'Invite' }).click()
    const dialog = owner.getByRole('dialog')
    await dialog.getByRole('button', { name: /They join as/ }).click()
    await owner.getByRole('option', { name: new RegExp(`^${role}`) }).click()
    await dialog.getByRole('button', { name: 'Make the link' }).click()
    return dialog.getByLabel('Invitation link').innerText()
  }

  const open = async (on: Page): Promise<void> => {
    await on.goto(runUrl)
    await on.getByText('touch asked').first().waitFor()
  }

  test('a viewer sees the question, can’t answer it, and is told why', async () => {
    await open(viewer)
    await viewer.getByText('Your role is viewer, so you can’t answer.').waitFor()
    expect(await allowOnce(viewer).count()).toBe(0)
    expect(await viewer.getByRole('button', { name: /^Deny/ }).count()).toBe(0)
    // On a phone the question covers the page until it is put aside.
    await viewer.getByRole('button', { name: 'Put aside' }).tap()
    expect(await viewer.getByRole('textbox', { name: 'Message to the agent' }).isDisabled()).toBe(true)
    expect(await viewer.getByRole('button', { name: 'Stop' }).count()).toBe(0)
    await viewer.goto(`${app.origin}/new`)
    await viewer.getByText('Your role in this team can read runs, but not start them.').waitFor()
  })

  test('a member answers what the owner’s run asks, and everybody reads who it was', async () => {
    await open(viewer)
    await open(member)
    await allowOnce(member).click()
    for (const on of [owner, viewer]) await on.getByText('Jonas allowed this once').first().waitFor()
    await member.getByText('You allowed this once').first().waitFor()
    for (const on of [owner, member, viewer]) await on.getByText('Done', { exact: true }).first().waitFor()
  })

  test('two who answer at once: the first answer counts, and the other one is told whose it was', async () => {
    runUrl = await startRun(owner, app.origin, asking('Answered twice'))
    await open(member)
    await allowOnce(member).waitFor()
    await member.context().setOffline(true)
    await member
      .getByText(/Offline/)
      .first()
      .waitFor()
    await member.getByRole('button', { name: 'Deny', exact: true }).click()
    await allowOnce(owner).click()
    await owner.getByText('Done', { exact: true }).first().waitFor()
    await member.context().setOffline(false)
    await member.getByText('Already answered by Mara. Your answer was not used.').first().waitFor()
    await member.getByText('Mara allowed this once').first().waitFor()
  })

  test('a member who becomes a viewer while looking can’t answer any more', async () => {
    runUrl = await startRun(owner, app.origin, asking('Role changes'))
    await open(member)
    await allowOnce(member).waitFor()
    await owner.goto(`${app.origin}/settings/team`)
    await owner.getByRole('button', { name: /Role of Jonas Weber/ }).click()
    await owner.getByRole('option', { name: /^Viewer/ }).click()
    await member.getByText('Your role is viewer, so you can’t answer.').waitFor()
    expect(await allowOnce(member).count()).toBe(0)
  })

  test('who is removed while looking is told, and keeps nothing of the team on the device', async () => {
    await open(viewer)
    const stores = (): Promise<readonly string[]> =>
      viewer.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''))
    const team = (await stores()).find((name) => name.endsWith('/intents')) ?? ''
    expect(team).not.toBe('')
    await owner.goto(`${app.origin}/settings/team`)
    await owner.getByRole('button', { name: 'Remove Tomoko Abe' }).click()
    await owner.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await viewer.getByText(/^You are no longer in Mara Lindqvist’s team\./).waitFor()
    await viewer.getByText('touch asked').first().waitFor({ state: 'detached' })
    await expect.poll(stores, { timeout: 20_000 }).not.toContain(team)
    const prefix = team.replace(/\/intents$/, '')
    expect((await stores()).filter((name) => name.includes(prefix))).toEqual([])
    await viewer.goto(`${app.origin}/runs`)
    await viewer.getByText('No runs yet').waitFor()
    await viewer.goto(runUrl)
    await viewer.getByText('There is no such run').first().waitFor()
  })

  test('no page threw or logged an error', () => {
    expect(problems).toEqual([])
  })
})
