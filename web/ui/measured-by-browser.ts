import { measureElement, type Virtualizer } from '@tanstack/solid-virtual'

/**
 * For `measureElement` of a list: its rows are as high as the browser tells when it has laid out the page, and until then as estimated. Reading a
 * height before would make it do so once more, in the middle of a task.
 */
export function measuredByBrowser<Scroller extends Element, Row extends Element>(
  element: Row,
  told: ResizeObserverEntry | undefined,
  list: Virtualizer<Scroller, Row>,
): number {
  if (told !== undefined) return measureElement(element, told, list)
  const index = list.indexFromElement(element)
  return list.itemSizeCache.get(list.options.getItemKey(index)) ?? list.options.estimateSize(index)
}
