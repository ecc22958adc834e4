import type { Browser, BrowserContext } from 'playwright-core'
import type { Session } from './session.ts'

/** A profile of its own in which this person is signed in. */
export async function openProfile(browser: Browser, session: Session): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await signIn(context, session)
  return context
}

export async function signIn(context: BrowserContext, session: Session): Promise<void> {
  await context.addCookies(
    session.cookie.split('; ').map((one) => ({
      name: one.slice(0, one.indexOf('=')),
      value: one.slice(one.indexOf('=') + 1),
      url: session.origin,
    })),
  )
}
