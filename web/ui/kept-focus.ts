import { onCleanup, onMount } from 'solid-js'

/**
 * Keeps the focus in `region` when what had it is taken away by what it did: a button that its press removes, a form that
 * closes, a row that moves. A browser lets the focus fall to the page's start then, and whoever works by keyboard or ear
 * begins anew. An element that only moved gets it back; for one that is gone `onLost` says where to go on. Focus that a
 * person moved is left alone.
 */
export function useKeptFocus(region: () => HTMLElement, onLost: (gone: HTMLElement) => void): void {
  onMount(() => {
    const root = region()
    let last: HTMLElement | undefined
    const handleFocusIn = (event: FocusEvent): void => {
      last = event.target instanceof HTMLElement ? event.target : undefined
    }
    const handleFocusOut = (event: FocusEvent): void => {
      // Without a target the focus went nowhere, either by a press beside or because its element was taken away.
      if (event.relatedTarget !== null) last = undefined
    }
    const observer = new MutationObserver((records) => {
      const lost = last
      if (lost === undefined || !isNowhere(document.activeElement)) return
      const wasMoved = () => records.some((record) => [...record.removedNodes].some((node) => node.contains(lost)))
      if (lost.isConnected && !wasMoved()) return
      last = undefined
      if (lost.isConnected) lost.focus()
      // A button that is disabled by now takes no focus either.
      if (document.activeElement !== lost) onLost(lost)
    })
    root.addEventListener('focusin', handleFocusIn)
    root.addEventListener('focusout', handleFocusOut)
    observer.observe(root, { childList: true, subtree: true })
    onCleanup(() => {
      root.removeEventListener('focusin', handleFocusIn)
      root.removeEventListener('focusout', handleFocusOut)
      observer.disconnect()
    })
  })
}

function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body
}
