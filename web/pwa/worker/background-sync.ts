/// <reference lib="webworker" />
import { sendInBackground } from '#sync/client/send-in-background.ts'
import { syncTag } from '../background-sync.ts'

/** Sends what waits while no page is open. When it can't, the browser asks again later, some times. */
export function answerSync(worker: ServiceWorkerGlobalScope): void {
  // Background Sync is no part of the types of the platform: not every browser has it.
  worker.addEventListener('sync', (event: Event) => {
    if (event instanceof ExtendableEvent && 'tag' in event && event.tag === syncTag) event.waitUntil(sendInBackground())
  })
}
