import type { Page } from 'playwright-core'

/** What this device has kept of drafts and choices, as one text. */
export function keptState(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open('drover-device')
        opening.addEventListener('error', () => reject(new Error('the store does not open')))
        opening.addEventListener('success', () => {
          const reading = opening.result.transaction('state').objectStore('state').getAll()
          reading.addEventListener('success', () => {
            opening.result.close()
            resolve(JSON.stringify(reading.result))
          })
        })
      }),
  )
}
