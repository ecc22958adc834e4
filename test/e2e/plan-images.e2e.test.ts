import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { imageOf } from '#sync/core/plan/image-address.ts'
import { pngOf } from '../pictures.ts'
import { browserPath, desktop, launchBrowser, makeAccount, openPage, phone, startApp, type RunningApp } from './app.ts'
import { axeFindings } from './axe.ts'

const required = process.env['DROVER_REQUIRE'] === 'all'

/** Pictures in a plan, from two devices. Each test goes on where the one before ended. */
describe.skipIf(browserPath === undefined && !required)('pictures of plans (needs Chromium)', () => {
  const problems: string[] = []
  let app: RunningApp
  let browser: Browser
  let deskContext: BrowserContext
  let phoneContext: BrowserContext
  let desk: Page
  let mobile: Page
  let planUrl = ''
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-pictures-'))
    app = await startApp()
    browser = await launchBrowser()
    deskContext = await browser.newContext(desktop)
    desk = await openPage(deskContext, problems)
    await makeAccount(desk, app.link)
    await desk.goto(`${app.origin}/settings/team`)
    await desk.getByRole('button', { name: 'Invite' }).click()
    await desk.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click()
    const link = await desk.getByRole('dialog').getByLabel('Invitation link').innerText()
    phoneContext = await browser.newContext(phone)
    mobile = await openPage(phoneContext, problems)
    await makeAccount(mobile, link, 'Jonas Okafor')
  })
  afterAll(async () => {
    await browser?.close()
    await app?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const textbox = (on: Page): Locator => on.getByRole('textbox', { name: 'Text of the plan' })
  const sync = (on: Page, words: string | RegExp) => on.getByRole('status').filter({ hasText: words }).first().waitFor()
  /** Pictures that have been drawn: how wide each is by itself. */
  const drawn = (on: Page): Promise<readonly number[]> =>
    textbox(on)
      .locator('img[src^="blob:"]')
      .evaluateAll((images) =>
        images.flatMap((image) => (image instanceof HTMLImageElement && image.complete ? [image.naturalWidth] : [])),
      )
  const markdown = async (on: Page): Promise<string> =>
    on.evaluate(async (id) => (await fetch(`/api/v1/plans/${id}/markdown`)).text(), planUrl.split('/').at(-1) ?? '')
  const put = async (
    on: Page,
    how: 'paste' | 'drop',
    files: readonly { name: string; type: string; bytes: Uint8Array }[],
  ) =>
    textbox(on).evaluate(
      (box, { how: kind, files: given }) => {
        const data = new DataTransfer()
        for (const { name, type, bytes } of given) data.items.add(new File([new Uint8Array(bytes)], name, { type }))
        const last = box.querySelector('p:last-of-type')?.getBoundingClientRect()
        const event =
          kind === 'paste'
            ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent('drop', {
                dataTransfer: data,
                bubbles: true,
                cancelable: true,
                clientX: (last?.left ?? 0) + 2,
                clientY: (last?.top ?? 0) + 4,
              })
        ;(kind === 'drop' ? (box.querySelector('p:last-of-type') ?? box) : box).dispatchEvent(event)
      },
      { how, files: files.map((file) => ({ ...file, bytes: [...file.bytes] })) },
    )

  test('one is pasted, is there at once, and on the other device as soon as it is sent', async () => {
    await desk.goto(`${app.origin}/plans`)
    await desk.getByText('No plans yet').waitFor()
    await desk.keyboard.press('p')
    await desk.waitForURL(/\/plans\/[0-9a-f-]{36}/)
    planUrl = desk.url()
    await textbox(desk).waitFor()
    await desk.keyboard.type('Queue migration\nWhat it looks like now:\n')
    await put(desk, 'paste', [{ name: 'image.png', type: 'image/png', bytes: pngOf({ width: 320, height: 200 }) }])
    await expect.poll(() => drawn(desk)).toEqual([320])
    await sync(desk, 'Saved')
    await mobile.goto(planUrl)
    await expect.poll(() => drawn(mobile)).toEqual([320])
    await expect.poll(() => markdown(desk)).toMatch(/!\[\]\(drover:image\/[0-9a-f]{64}#320x200\)/)
  })

  test('what it shows is said by keyboard alone, and is there for who can’t see it', async () => {
    await textbox(desk).locator('img[src^="blob:"]').click()
    await desk.getByRole('toolbar', { name: 'Picture' }).waitFor()
    await desk.keyboard.press('Enter')
    await expect.poll(() => desk.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    await desk.keyboard.type('The list of queues')
    await desk.keyboard.press('Enter')
    await textbox(mobile).getByRole('img', { name: 'The list of queues' }).waitFor()
    expect(await axeFindings(desk)).toEqual([])
  })

  test('a dropped photo is made smaller and says no more than its pixels', async () => {
    const photo = await photoWithPlace(desk)
    expect(Buffer.from(photo).includes('Exif')).toBe(true)
    await put(desk, 'drop', [{ name: 'Workbench.jpg', type: 'image/jpeg', bytes: photo }])
    await expect.poll(() => drawn(desk)).toContain(2560)
    await expect.poll(() => markdown(desk)).toMatch(/!\[Workbench\]\(drover:image\/[0-9a-f]{64}#2560x1280\)/)
    const src = /!\[Workbench\]\(([^)]+)\)/.exec(await markdown(desk))?.[1] ?? ''
    const hash = imageOf(src)?.hash ?? ''
    const stored = await desk.evaluate(async (of) => {
      const { team } = (await (await fetch('/api/v1/me')).json()) as { team: { id: string } }
      const response = await fetch(`/api/v1/teams/${team.id}/images/${of}`)
      return { status: response.status, bytes: [...new Uint8Array(await response.arrayBuffer())] }
    }, hash)
    expect(stored.status).toBe(200)
    expect(Buffer.from(stored.bytes).includes('Exif')).toBe(false)
  })

  test('what is no picture is said, whatever it is called, and changes nothing', async () => {
    const before = await markdown(desk)
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    await put(desk, 'paste', [{ name: 'logo.png', type: 'image/png', bytes: svg }])
    await desk.getByText('“logo.png” is no picture that a plan takes').waitFor()
    expect(await markdown(desk)).toBe(before)
  })

  test('without a network one is put in by the picker, waits in the outbox, and comes after all', async () => {
    const file = join(folder, 'Plan of the floor.png')
    await writeFile(file, pngOf({ width: 64, height: 48 }, [200, 60, 20]))
    for (const page of [desk, mobile]) {
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null || performance.now() > 5_000)
      await page.reload()
      await expect.poll(async () => (await drawn(page)).length).toBe(2)
    }
    await textbox(desk).getByRole('heading').click()
    await desk.keyboard.press('ControlOrMeta+End')
    await desk.keyboard.press('Enter')
    // Asked for long before the press: it takes a while until the browser hands its dialog over.
    const choosing = desk.waitForEvent('filechooser')
    await desk.keyboard.type('/picture')
    await desk.getByRole('option', { name: 'Picture from this device', selected: true }).waitFor()
    await expect.poll(() => desk.getByRole('option').count()).toBe(2)
    await desk.keyboard.press('Enter')
    const chooser = await choosing
    await deskContext.setOffline(true)
    await chooser.setFiles(file)
    await expect.poll(() => drawn(desk)).toContain(64)
    await desk.reload()
    await expect.poll(() => drawn(desk)).toContain(64)
    await desk.keyboard.press('Escape')
    await desk
      .getByRole('link', { name: /not sent|waiting|Offline/i })
      .first()
      .click()
    await desk.getByRole('heading', { name: 'Pictures that the server does not have yet' }).waitFor()
    expect(await axeFindings(desk)).toEqual([])
    await deskContext.setOffline(false)
    await desk
      .getByRole('heading', { name: 'Pictures that the server does not have yet' })
      .waitFor({ state: 'detached' })
    await expect.poll(() => drawn(mobile), { timeout: 20_000 }).toContain(64)
  })

  test('a device that has shown it shows it without a network', async () => {
    await phoneContext.setOffline(true)
    await mobile.reload()
    await expect.poll(async () => (await drawn(mobile)).length).toBe(3)
    await phoneContext.setOffline(false)
  })

  test('what is downloaded has the pictures with it', async () => {
    await desk.goto(planUrl)
    await expect.poll(async () => (await drawn(desk)).length).toBe(3)
    await desk.getByRole('button', { name: 'More of this plan' }).click()
    const saving = desk.waitForEvent('download')
    await desk.getByRole('menuitem', { name: 'Download as Markdown' }).click()
    const saved = await saving
    expect(saved.suggestedFilename()).toMatch(/\.zip$/)
    const path = join(folder, 'plan.zip')
    await saved.saveAs(path)
    const files = unzipSync(await readFile(path))
    const text = strFromU8(files[Object.keys(files).find((name) => name.endsWith('.md')) ?? ''] ?? new Uint8Array())
    const named = [...text.matchAll(/\((images\/[0-9a-f]{16}\.(?:png|jpg))\)/g)].map(([, name]) => name ?? '')
    expect(named).toHaveLength(3)
    expect(text).not.toContain('drover:image/')
    expect(
      Object.keys(files)
        .filter((name) => name.startsWith('images/'))
        .toSorted(),
    ).toEqual(named.toSorted())
    const small = pngOf({ width: 64, height: 48 }, [200, 60, 20])
    expect(named.some((name) => Buffer.from(files[name] ?? []).equals(Buffer.from(small)))).toBe(true)
  })

  test('it goes by the keyboard, and comes back with an undo', async () => {
    await desk.goto(planUrl)
    await expect.poll(async () => (await drawn(desk)).length).toBe(3)
    await textbox(desk).getByRole('img', { name: 'The list of queues' }).click()
    await desk.keyboard.press('Backspace')
    await expect.poll(() => drawn(desk)).not.toContain(320)
    await desk.keyboard.press('ControlOrMeta+z')
    await expect.poll(() => drawn(desk)).toContain(320)
  })

  test('no page threw or logged an error', () => {
    // A device that is cut off logs each request that fails, and one that asks before a picture has come logs the answer.
    expect(problems.filter((text) => !/ERR_INTERNET_DISCONNECTED|404/.test(text))).toEqual([])
  })
})

/** A large JPEG with a place in it, as a phone takes one. */
async function photoWithPlace(page: Page): Promise<Uint8Array> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 3000
    canvas.height = 1500
    const context = canvas.getContext('2d')
    if (context === null) return []
    context.fillStyle = 'teal'
    context.fillRect(0, 0, 3000, 1500)
    context.fillStyle = 'orange'
    context.fillRect(200, 200, 900, 700)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.7))
    return blob === null ? [] : [...new Uint8Array(await blob.arrayBuffer())]
  })
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.from('MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1')])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(exif.length + 2)
  return new Uint8Array(
    Buffer.concat([Buffer.from(bytes.slice(0, 2)), Buffer.of(0xff, 0xe1), length, exif, Buffer.from(bytes.slice(2))]),
  )
}
