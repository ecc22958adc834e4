import { render } from 'solid-js/web'
import { expect, test, vi } from 'vitest'
import { ToastRegion, showNews, showToast } from './toast.tsx'

// As where the server is away and the browser keeps nothing.
vi.mock('./toast-part.tsx', () => {
  throw new Error('Failed to fetch dynamically imported module')
})

test('what is said while the code of toasts can’t be fetched stands in a plain line until it is closed', async () => {
  const dispose = render(() => <ToastRegion />, document.body)
  const said = () => document.querySelector('[role="status"]')
  expect(said()?.textContent).toBe('')
  // In the inbox anyway.
  const takeAway = showNews({ state: 'needs', title: 'Fix billing', text: 'Asks', onOpen: () => undefined })
  takeAway()
  showToast({ text: 'This part could not be loaded.' })
  await vi.waitFor(() => expect(said()?.textContent).toBe('This part could not be loaded.'))
  said()?.querySelector('button')?.click()
  expect(said()?.textContent).toBe('')
  dispose()
})
