import { createEffect, onCleanup } from 'solid-js'
import { z } from 'zod'
import { useDeviceStore } from '../../../state/device-store.ts'
import { createDraft } from '../../../state/draft.ts'
import { terminalWords } from '../../../words/terminal.ts'
import styles from './height-handle.module.css'

/** Of the page's height, in percent. */
const share = { least: 20, most: 80, usual: 45, step: 5 } as const
const Share = z.number().min(share.least).max(share.most)

/** The upper edge of the terminals: moved by pointer and by keyboard, remembered on this device. A double click brings the usual height back. */
export function HeightHandle(props: {
  /** What the terminals share with the rest of the page. */ readonly page: () => HTMLElement | null
}) {
  const kept = createDraft<number>({
    store: useDeviceStore(),
    key: 'terminal-height',
    initial: share.usual,
    parse: (value) => Share.safeParse(value).data,
  })
  const change = (wanted: number): void => kept.set(Math.round(Math.min(share.most, Math.max(share.least, wanted))))

  createEffect(() => {
    const page = props.page()
    page?.style.setProperty('--terminal-share', `${kept.value()}%`)
    onCleanup(() => page?.style.removeProperty('--terminal-share'))
  })

  function handleMove(event: PointerEvent & { readonly currentTarget: HTMLElement }): void {
    const box = props.page()?.getBoundingClientRect()
    if (box === undefined || box.height === 0 || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    change(((box.bottom - event.clientY) / box.height) * 100)
  }

  function handleKey(event: KeyboardEvent): void {
    const wanted = {
      ArrowUp: kept.value() + share.step,
      ArrowDown: kept.value() - share.step,
      Home: share.least,
      End: share.most,
    }[event.key]
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    change(wanted)
  }

  return (
    // A separator that can be moved is a control (ARIA practices, window splitter).
    <div
      class={styles.handle}
      role="separator"
      aria-orientation="horizontal"
      aria-label={terminalWords.height}
      aria-valuemin={share.least}
      aria-valuemax={share.most}
      aria-valuenow={kept.value()}
      tabindex="0"
      onKeyDown={handleKey}
      onDblClick={() => change(share.usual)}
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.focus()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={handleMove}
    />
  )
}
