import { createEffect, createSignal, on, type Accessor } from 'solid-js'
import { useMedia } from '../../../state/frame.ts'
import { showToast } from '../../../ui/toast.tsx'
import { uiWords } from '../../../words/ui.ts'
import { historyPart } from '../editor-part.ts'

export type Sides = {
  /** Whether there is room beside the text; elsewhere they are sheets. */
  readonly beside: Accessor<boolean>
  readonly history: Accessor<boolean>
  readonly setHistory: (open: boolean) => void
  readonly comments: Accessor<boolean>
  readonly setComments: (open: boolean) => void
}

/**
 * What stands at the right of a plan: history and comments. Both at once only on very wide pages; else what is opened takes the other's place, and where
 * the page gets narrow they go before the text does. Needs an owner.
 */
export function useSides(openThreads: Accessor<number>): Sides {
  const beside = useMedia('(width >= 80em)')
  const both = useMedia('(width >= 100em)')
  const [history, showHistory] = createSignal(false)
  // Until somebody says otherwise they are there when there is something to read.
  const [comments, showComments] = createSignal<boolean>()
  createEffect(
    on(
      beside,
      (wide) => {
        if (wide) return
        showHistory(false)
        showComments(undefined)
      },
      { defer: true },
    ),
  )
  return {
    beside,
    history,
    setHistory(open) {
      if (!open) return void showHistory(false)
      historyPart.want().then(
        () => {
          showHistory(true)
          if (!both()) showComments(false)
        },
        () => showToast({ text: uiWords.notLoaded }),
      )
    },
    comments: () => comments() ?? (beside() && openThreads() > 0),
    setComments(open) {
      showComments(open)
      if (open && !both()) showHistory(false)
    },
  }
}
