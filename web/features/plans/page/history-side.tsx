import { Show } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { Sheet } from '../../../ui/dialog.tsx'
import { planWords } from '../../../words/plan.ts'
import { historyPart } from '../editor-part.ts'
import styles from './plan-view.module.css'

/** What the plan was: beside the text where there is room, over the page elsewhere. */
export function HistorySide(props: {
  readonly document: PlanDocument | undefined
  /** The one that was asked for. */
  readonly version: number | undefined
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly beside: boolean
}) {
  return (
    <>
      <Show when={props.open && props.beside}>
        <aside class={styles.rail} aria-label={planWords.history.title}>
          <History document={props.document} version={props.version} onClose={() => props.onOpenChange(false)} />
        </aside>
      </Show>
      <Sheet
        open={props.open && !props.beside}
        onOpenChange={(open) => props.onOpenChange(open)}
        title={planWords.history.title}
      >
        <History document={props.document} version={props.version} />
      </Sheet>
    </>
  )
}

/** In a sheet, which has a way out of its own, there is no `onClose`. */
function History(props: {
  readonly document: PlanDocument | undefined
  readonly version: number | undefined
  readonly onClose?: () => void
}) {
  return (
    <Show when={historyPart.here()}>
      {(part) => (
        <Show when={props.document} keyed>
          {(known) => (
            <Dynamic
              component={part().PlanHistory}
              planId={known.planId}
              document={known}
              version={props.version}
              flush={props.onClose === undefined}
              onClose={props.onClose}
            />
          )}
        </Show>
      )}
    </Show>
  )
}
