import { get, set } from 'idb-keyval'
import { z } from 'zod'
import { PushPayload } from '#shared/protocol/push.ts'
import { PushSettings, defaultPushSettings } from '#shared/domain/push.ts'
import { pushWords } from '../../words/push.ts'
import { openDeviceState } from '../device-state.ts'
import { createPushAnswers, type AnswerOutcome } from './push-answers.ts'

/** Tag of the one-off Background Sync that sends answers pressed on notifications. */
const syncTag = 'push-answers'
const device = openDeviceState()
const answers = createPushAnswers({
  store: { get: () => get('push/answers', device), set: (waiting) => set('push/answers', waiting, device) },
  fetch: (...args) => fetch(...args),
})

/** What a notification carries for its buttons. */
const Data = z.object({
  url: z.string(),
  what: z.string().optional(),
  token: z.string().optional(),
})
type Data = z.infer<typeof Data>

type Sending = ServiceWorkerRegistration & { readonly sync?: { register(tag: string): Promise<void> } }

/** Shows pushes, answers from their buttons, and opens the exact place of a press. */
export function answerPushes(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener('push', (event) => event.waitUntil(handlePush(worker, event.data)))
  worker.addEventListener('notificationclick', (event) => event.waitUntil(handlePress(worker, event)))
  worker.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(worker, event)))
  worker.addEventListener('sync', (event) => {
    if (isSync(event) && event.tag === syncTag) event.waitUntil(sendWaiting(worker, true))
  })
  worker.addEventListener('message', (event) => {
    if (z.object({ type: z.literal('SEND_ANSWERS') }).safeParse(event.data).success)
      event.waitUntil(sendWaiting(worker, false))
  })
}

/**
 * Each push shows something, also while a page is visible and when it can't be read: browsers take the permission away from a worker
 * that stays silent. The server keeps back what a visible page shows already.
 */
async function handlePush(worker: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  const payload = read(data)
  const { registration } = worker
  if (payload === undefined)
    return registration.showNotification(
      pushWords.unreadable.title,
      sign(pushWords.unreadable.body, 'unreadable', { url: '/inbox' }),
    )
  if (payload.kind === 'test')
    return registration.showNotification(
      pushWords.test.title,
      sign(pushWords.test.body, 'test', { url: '/settings/notifications' }),
    )
  const { ask, runId, id, text } = payload
  const place = ask !== undefined ? `?ask=${ask.permissionId}` : payload.type === 'access' ? '?share=true' : ''
  const url = `/runs/${runId}${place}`
  const options: Options = {
    ...sign(pushWords.body(payload), `${runId}/${id}`, {
      url,
      what: text,
      ...(ask?.answerable === true ? { token: ask.token } : {}),
    }),
    timestamp: payload.at,
    requireInteraction: payload.type === 'request',
    ...(ask?.answerable === true ? { actions: buttons(ask.atAGlance) } : {}),
  }
  await registration.showNotification(payload.title, options)
  await worker.navigator.setAppBadge?.(payload.unread).catch(() => undefined)
}

/** What can't be undone, or is more than stands here, is looked at before it is allowed. */
function buttons(atAGlance: boolean): { action: string; title: string }[] {
  const first = atAGlance
    ? { action: 'allow_once', title: pushWords.allow }
    : { action: 'open', title: pushWords.review }
  return [first, { action: 'deny', title: pushWords.deny }]
}

type Options = NotificationOptions & { timestamp?: number; actions?: { action: string; title: string }[] }

function sign(body: string, tag: string, data: Data): Options {
  return { body, tag, data, icon: '/icon-192.png', lang: 'en' }
}

function read(data: PushMessageData | null): PushPayload | undefined {
  try {
    return PushPayload.safeParse(data?.json()).data
  } catch {
    return undefined
  }
}

async function handlePress(worker: ServiceWorkerGlobalScope, event: NotificationEvent): Promise<void> {
  const { action, notification } = event
  const data = Data.safeParse(notification.data).data ?? { url: '/inbox' }
  notification.close()
  if ((action !== 'allow_once' && action !== 'deny') || data.token === undefined) return openPage(worker, data.url)
  const outcome = await answers.give({
    token: data.token,
    answer: action,
    tag: notification.tag,
    title: notification.title,
    what: data.what ?? '',
    url: data.url,
    at: Date.now(),
  })
  await tell(worker, outcome)
  if (outcome.status === 'kept') await sendLater(worker.registration)
}

/** Says what became of an answer, where the question stood. */
function tell(worker: ServiceWorkerGlobalScope, outcome: AnswerOutcome): Promise<void> {
  const { answer } = outcome
  const { tag, title, what, url } = answer
  const body =
    outcome.status === 'kept'
      ? pushWords.kept
      : outcome.status === 'refused'
        ? pushWords.notTaken(outcome.why)
        : answer.answer === 'deny'
          ? pushWords.denied(what)
          : pushWords.allowed(what)
  return worker.registration.showNotification(title, { ...sign(body, tag, { url }), silent: true })
}

/** `again`: the browser repeats the sync when this rejects. */
async function sendWaiting(worker: ServiceWorkerGlobalScope, again: boolean): Promise<void> {
  for (const outcome of await answers.flush()) await tell(worker, outcome)
  const kept = await get('push/answers', device)
  if (again && Array.isArray(kept) && kept.length > 0) throw new Error('answers still wait for a network')
}

/** Where the browser has no Background Sync, the next page that opens sends what waits. */
async function sendLater(registration: Sending): Promise<void> {
  await registration.sync?.register(syncTag).catch(() => undefined)
}

/** A page of ours goes there without a reload, best the one that shows it already; else a new one. */
async function openPage(worker: ServiceWorkerGlobalScope, url: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const path = new URL(url, worker.location.origin).pathname
  const page =
    pages.find((one) => new URL(one.url).pathname === path) ??
    pages.find((one) => one.visibilityState === 'visible') ??
    pages[0]
  if (page === undefined) {
    await worker.clients.openWindow(url)
    return
  }
  page.postMessage({ type: 'OPEN', url })
  // Refused where the press is too long ago: the page goes there all the same.
  await page.focus().catch(() => undefined)
}

/** The browser changed the address: the server learns the new one, with what this device wanted. Missed, the next page tells it. */
async function renew(worker: ServiceWorkerGlobalScope, event: Event): Promise<void> {
  const before = 'oldSubscription' in event ? (event.oldSubscription as PushSubscription | null) : null
  const key = before?.options.applicationServerKey
  if (key === null || key === undefined) return
  const subscription = await worker.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  })
  const { endpoint, keys } = subscription.toJSON()
  const settings = PushSettings.safeParse(await get('push/settings', device)).data ?? defaultPushSettings
  await fetch('/api/v1/push/subscription', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint, keys, settings }),
  })
}

type SyncEvent = ExtendableEvent & { readonly tag: string }

function isSync(event: Event): event is SyncEvent {
  return 'tag' in event
}
