/** Chromium's: https://developer.mozilla.org/docs/Web/API/BeforeInstallPromptEvent */
type InstallEvent = Event & {
  prompt(): Promise<unknown>
  readonly userChoice: Promise<{ readonly outcome: 'accepted' | 'dismissed' }>
}

declare global {
  interface WindowEventMap {
    beforeinstallprompt: InstallEvent
  }
  interface Navigator {
    /** Safari's: opened from the home screen. */
    readonly standalone?: boolean
  }
}

/** Asks the person by the browser's own question. Works once. */
export type AskToInstall = () => Promise<'accepted' | 'dismissed'>

export type InstallSource = {
  /** In a window of its own now. */
  readonly isInstalled: () => boolean
  /** The browser can't be asked, and its person can do it by hand: iPhone and iPad. */
  readonly byHand: boolean
  readonly onOffer: (offer: (ask: AskToInstall) => void) => void
  readonly onInstalled: (tell: () => void) => void
}

/** The browser tells soon after the page is there, so this listens from the first moment. */
export function watchInstall(): InstallSource {
  let offered: AskToInstall | undefined
  let offer: (ask: AskToInstall) => void = (ask) => (offered = ask)
  window.addEventListener('beforeinstallprompt', (event) => {
    // Else Chromium shows a bar of its own, at a time of its own.
    event.preventDefault()
    offer(async () => {
      await event.prompt()
      return (await event.userChoice).outcome
    })
  })
  return {
    isInstalled: () =>
      navigator.standalone === true ||
      ['standalone', 'window-controls-overlay', 'minimal-ui', 'fullscreen'].some(
        (mode) => matchMedia(`(display-mode: ${mode})`).matches,
      ),
    byHand: /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && isTouch()),
    onOffer(given) {
      offer = given
      if (offered !== undefined) given(offered)
    },
    onInstalled: (tell) => window.addEventListener('appinstalled', tell),
  }
}

/** An iPad calls itself a Mac, which has no touch screen. */
function isTouch(): boolean {
  return navigator.maxTouchPoints > 1
}
