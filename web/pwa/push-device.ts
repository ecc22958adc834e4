/** What this browser can do about pushes. */
export type PushSupport =
  | 'ready'
  /** The person, or a policy, does not let this site notify. */
  | 'blocked'
  /** On iOS only an app on the home screen gets pushes. */
  | 'not_installed'
  /** Neither https nor localhost. */
  | 'insecure'
  | 'unsupported'

export type PushAddress = {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** This browser's side of Web Push. */
export type PushDevice = {
  support(): PushSupport
  /** The address that it has now. */
  current(): Promise<PushAddress | undefined>
  /** Asks the person where needed: call it from a press. `undefined`: they said no. */
  subscribe(publicKey: string): Promise<PushAddress | undefined>
  unsubscribe(): Promise<void>
  /** Sends answers that were pressed on notifications and still wait. */
  sendAnswers(): void
  /** Calls back with the address of a notification that was pressed. Returns the unsubscriber. */
  onOpen(open: (url: string) => void): () => void
}

export const browserPush: PushDevice = {
  support() {
    if (!isSecureContext) return 'insecure'
    if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window))
      return isAppleTouch() && !isStandalone() ? 'not_installed' : 'unsupported'
    return Notification.permission === 'denied' ? 'blocked' : 'ready'
  },
  async current() {
    const registration = await navigator.serviceWorker?.getRegistration()
    return toAddress(await registration?.pushManager?.getSubscription())
  },
  async subscribe(publicKey) {
    if ((await Notification.requestPermission()) !== 'granted') return undefined
    const { pushManager } = await navigator.serviceWorker.ready
    const options = { userVisibleOnly: true, applicationServerKey: publicKey }
    const known = await pushManager.getSubscription()
    // Another server's key: a browser keeps one subscription, and its push service takes nothing from us for that one.
    if (known !== null && !isKey(known.options.applicationServerKey, publicKey)) await known.unsubscribe()
    return toAddress(await pushManager.subscribe(options))
  },
  async unsubscribe() {
    const registration = await navigator.serviceWorker?.getRegistration()
    await (await registration?.pushManager?.getSubscription())?.unsubscribe()
  },
  sendAnswers() {
    void navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage({ type: 'SEND_ANSWERS' }))
  },
  onOpen(open) {
    const listen = ({ data }: MessageEvent<unknown>): void => {
      if (isOpen(data)) open(data.url)
    }
    navigator.serviceWorker?.addEventListener('message', listen)
    return () => navigator.serviceWorker?.removeEventListener('message', listen)
  },
}

function toAddress(subscription: PushSubscription | null | undefined): PushAddress | undefined {
  const { endpoint, keys } = subscription?.toJSON() ?? {}
  const { p256dh, auth } = keys ?? {}
  return endpoint === undefined || p256dh === undefined || auth === undefined
    ? undefined
    : { endpoint, keys: { p256dh, auth } }
}

function isKey(bytes: ArrayBuffer | null, publicKey: string): boolean {
  if (bytes === null) return false
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === publicKey
}

function isOpen(data: unknown): data is { readonly url: string } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === 'OPEN' &&
    'url' in data &&
    typeof data.url === 'string' &&
    data.url.startsWith('/')
  )
}

/** iPadOS says that it is a Mac, with a touch screen. */
function isAppleTouch(): boolean {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) ||
    (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  )
}

function isStandalone(): boolean {
  return matchMedia('(display-mode: standalone)').matches
}
