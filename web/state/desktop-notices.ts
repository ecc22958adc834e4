import { onCleanup } from 'solid-js'
import type { PushDevice } from '../pwa/push-device.ts'

/** What the system shows of a notification; `href` is where a press leads. */
export type DesktopNotice = {
  readonly tag: string
  readonly title: string
  readonly body: string
  readonly href: string
  readonly onOpen: () => void
}

const visibleLock = 'drover/visible'

/**
 * Notifications by the system, for a window that nobody sees: while it may, while no other window of this app is in front, and only
 * where no push service brings the same to this browser. Needs an owner.
 */
export function createDesktopNotices(push: Pick<PushDevice, 'current'>): {
  show(notice: DesktopNotice): () => void
} {
  holdWhileVisible()
  return {
    show(notice) {
      let isWanted = true
      let close: (() => void) | undefined
      void present(notice, push, () => isWanted)
        .then((shown) => {
          close = shown
          if (!isWanted) close?.()
        })
        // A browser that refuses leaves the inbox, the title and the badge.
        .catch(() => undefined)
      return () => {
        isWanted = false
        close?.()
      }
    },
  }
}

async function present(
  notice: DesktopNotice,
  push: Pick<PushDevice, 'current'>,
  isWanted: () => boolean,
): Promise<(() => void) | undefined> {
  if (!('Notification' in window) || Notification.permission !== 'granted') return undefined
  if ((await push.current()) !== undefined) return undefined
  const registration = await navigator.serviceWorker?.getRegistration()
  if ((await isSomeWindowVisible()) || !isWanted()) return undefined
  const options = {
    tag: notice.tag,
    body: notice.body,
    icon: '/icon-192.png',
    // The service worker opens it when the notification is pressed.
    data: { url: notice.href },
  }
  if (registration?.active) {
    await registration.showNotification(notice.title, options)
    return () => void closeByTag(registration, notice.tag)
  }
  const shown = new Notification(notice.title, options)
  shown.addEventListener('click', () => {
    window.focus()
    shown.close()
    notice.onOpen()
  })
  return () => shown.close()
}

async function closeByTag(registration: ServiceWorkerRegistration, tag: string): Promise<void> {
  for (const shown of await registration.getNotifications({ tag })) shown.close()
}

/** Windows of one browser know by a lock that one of them is seen. */
function holdWhileVisible(): void {
  let release: (() => void) | undefined
  const follow = (): void => {
    const visible = document.visibilityState === 'visible'
    if (visible && release === undefined) {
      const hidden = Promise.withResolvers<void>()
      release = hidden.resolve
      navigator.locks?.request(visibleLock, { mode: 'shared' }, () => hidden.promise).catch(() => undefined)
    } else if (!visible) {
      release?.()
      release = undefined
    }
  }
  follow()
  document.addEventListener('visibilitychange', follow)
  onCleanup(() => {
    document.removeEventListener('visibilitychange', follow)
    release?.()
  })
}

async function isSomeWindowVisible(): Promise<boolean> {
  if (document.visibilityState === 'visible') return true
  const held = (await navigator.locks?.query())?.held ?? []
  return held.some((lock) => lock.name === visibleLock)
}
