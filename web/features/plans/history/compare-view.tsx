import * as KDialog from '@kobalte/core/dialog'
import type { Node } from '@tiptap/pm/model'
import { Columns2, Rows2, Undo2, X } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, type Accessor } from 'solid-js'
import { comparePlans, takeBack, type BlockChange } from '#sync/core/plan/compare.ts'
import { useMedia } from '../../../state/frame.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { useOpener } from '../../../ui/dialog.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { toRows, textOf, type CompareRow } from './compare-rows.ts'
import type { Compared } from './use-comparison.ts'
import styles from './compare-view.module.css'

/** Two versions over the page, in one column or side by side; with what is there now, part by part can be taken back. */
export function CompareView(props: {
  readonly compared: Compared
  readonly title: string
  readonly now: Accessor<Node>
  readonly onClose: () => void
  /** Makes the plan what is given. Absent: nothing can be taken back here. */
  readonly onTakeBack: ((next: Node) => Promise<boolean>) | undefined
}) {
  const wide = useMedia('(width >= 52em)')
  const [split, setSplit] = createSignal(false)
  const [open, setOpen] = createSignal<ReadonlySet<number>>(new Set())
  const giveBack = useOpener(() => true)
  const beside = () => split() && wide()
  const rows = createMemo(() => toRows(props.compared.comparison()?.changes ?? [], open()))
  let body: HTMLDivElement | undefined
  const back = async (change: BlockChange): Promise<void> => {
    const [before, after] = [props.compared.before(), props.now()]
    const changes = props.compared.comparison()?.changes
    if (before === undefined || changes === undefined) return
    // What is on the screen may be a moment old.
    const fresh = comparePlans(before, after).changes
    const same = fresh.find((other) => other.kind === change.kind && textOf(other) === textOf(change))
    if (same === undefined) {
      showToast({ text: historyWords.movedOn })
      return
    }
    await props.onTakeBack?.(takeBack(before, after, fresh, same))
    // The button went with its change.
    body?.focus()
  }
  return (
    <KDialog.Root open onOpenChange={(next) => !next && props.onClose()} modal preventScroll={false}>
      <KDialog.Portal>
        <KDialog.Overlay class={styles.scrim} />
        <KDialog.Content class={styles.panel} data-leave="" onOpenAutoFocus={focusPanel} onCloseAutoFocus={giveBack}>
          <header class={styles.head}>
            <KDialog.Title class={styles.title}>{props.title}</KDialog.Title>
            <span class={styles.numbers}>
              <PlusMinus
                added={props.compared.comparison()?.added ?? 0}
                removed={props.compared.comparison()?.removed ?? 0}
              />
            </span>
            <span class={styles.grow} />
            <Show when={wide()}>
              <Button size="sm" tone="ghost" icon={split() ? Rows2 : Columns2} onClick={() => setSplit((on) => !on)}>
                {split() ? historyWords.unified : historyWords.split}
              </Button>
            </Show>
            <IconButton icon={X} label={historyWords.closeChanges} onClick={() => props.onClose()} />
          </header>
          <Switch>
            <Match when={props.compared.state() === 'loading'}>
              <SkeletonRows waitsFor={historyWords.loading} />
            </Match>
            <Match when={props.compared.state() !== 'ready'}>
              <div class={styles.quiet}>
                <p>{props.compared.state() === 'gone' ? historyWords.gone : historyWords.notHere}</p>
                <Button onClick={() => props.compared.retry()}>{historyWords.retry}</Button>
              </div>
            </Match>
            <Match when={props.compared.state() === 'ready'}>
              {/* Long texts are scrolled by keys too. */}
              <div ref={body} class={styles.body} role="region" aria-label={historyWords.changes} tabIndex={0}>
                <Show
                  when={rows().some((row) => row.kind === 'change')}
                  fallback={<p class={styles.quiet}>{historyWords.equal}</p>}
                >
                  <ol class={styles.list} data-split={beside() ? '' : undefined}>
                    <For each={rows()}>
                      {(row) => (
                        <RowView
                          row={row}
                          split={beside()}
                          onOpen={(at) => setOpen((known) => new Set([...known, at]))}
                          onTakeBack={props.onTakeBack === undefined ? undefined : (change) => void back(change)}
                        />
                      )}
                    </For>
                  </ol>
                </Show>
              </div>
            </Match>
          </Switch>
        </KDialog.Content>
      </KDialog.Portal>
    </KDialog.Root>
  )
}

function RowView(props: {
  readonly row: CompareRow
  readonly split: boolean
  readonly onOpen: (at: number) => void
  readonly onTakeBack: ((change: BlockChange) => void) | undefined
}) {
  const folded = () => (props.row.kind === 'folded' ? props.row : undefined)
  const change = () => (props.row.kind === 'folded' ? undefined : props.row.change)
  return (
    <Switch>
      <Match when={folded()}>
        {(row) => (
          <li class={styles.folded}>
            <button type="button" onClick={() => props.onOpen(row().at)}>
              {historyWords.unchanged(row().count)}
            </button>
          </li>
        )}
      </Match>
      <Match when={change()}>
        {(known) => (
          <li class={styles.change} data-kind={known().kind}>
            <Show when={known().kind !== 'same'}>
              <div class={styles.about}>
                <span>{historyWords.kind[known().kind]}</span>
                <Show when={props.onTakeBack}>
                  {(takeIt) => (
                    <Button
                      size="sm"
                      tone="ghost"
                      icon={Undo2}
                      aria-label={historyWords.takeBackOf(
                        historyWords.takeBack[known().kind],
                        textOf(known()).slice(0, 60),
                      )}
                      onClick={() => takeIt()(known())}
                    >
                      {historyWords.takeBack[known().kind]}
                    </Button>
                  )}
                </Show>
              </div>
            </Show>
            <Show when={props.split} fallback={<Unified change={known()} />}>
              <div class={styles.two}>
                <Side change={known()} side="before" />
                <Side change={known()} side="after" />
              </div>
            </Show>
          </li>
        )}
      </Match>
    </Switch>
  )
}

function Unified(props: { readonly change: BlockChange }) {
  return (
    <div class={styles.text} dir="auto">
      <Pieces change={props.change} />
    </div>
  )
}

function Side(props: { readonly change: BlockChange; readonly side: 'before' | 'after' }) {
  const other = () => (props.side === 'before' ? 'added' : 'removed')
  const isHere = () =>
    props.side === 'before'
      ? props.change.kind !== 'added' && props.change.kind !== 'came'
      : props.change.kind !== 'removed' && props.change.kind !== 'left'
  return (
    <div class={styles.text} data-side={props.side} data-empty={isHere() ? undefined : ''} dir="auto">
      <Show when={isHere()}>
        <Pieces change={props.change} without={other()} />
      </Show>
    </div>
  )
}

/** What came is inserted and what went is deleted also for those who only hear it. */
function Pieces(props: { readonly change: BlockChange; readonly without?: 'added' | 'removed' | undefined }) {
  const pieces = createMemo(() => {
    const { change } = props
    switch (change.kind) {
      case 'changed':
        return change.pieces.filter(({ kind }) => kind !== props.without)
      case 'added':
        return [{ kind: 'added' as const, text: change.after.text }]
      case 'removed':
        return [{ kind: 'removed' as const, text: change.before.text }]
      case 'same':
      case 'left':
      case 'came':
        return [{ kind: 'same' as const, text: textOf(change) }]
    }
  })
  return (
    <For each={pieces()}>
      {(piece) => (
        <Switch fallback={<span>{piece.text}</span>}>
          <Match when={piece.kind === 'added'}>
            <ins>{piece.text}</ins>
          </Match>
          <Match when={piece.kind === 'removed'}>
            <del>{piece.text}</del>
          </Match>
        </Switch>
      )}
    </For>
  )
}

/** The panel takes the focus, not its first button: nothing is chosen yet. */
function focusPanel(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
}
