/**
 * Keeps an element that lies over the page above the on-screen keyboard, which covers a page without making it smaller. @returns a
 * function that ends it
 */
export function followViewport(element: HTMLElement): () => void {
  const view = window.visualViewport
  if (view === null) return () => undefined
  const follow = (): void => {
    element.style.setProperty('block-size', `${view.height}px`)
    element.style.setProperty('inset-block-start', `${view.offsetTop}px`)
  }
  follow()
  view.addEventListener('resize', follow)
  view.addEventListener('scroll', follow)
  return () => {
    view.removeEventListener('resize', follow)
    view.removeEventListener('scroll', follow)
  }
}
