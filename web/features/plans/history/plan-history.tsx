import { GitCompare, Radio, X } from 'lucide'
import { For, Match, Show, Switch, createEffect, createMemo, createSignal } from 'solid-js'
import { PlanVersion } from '#shared/domain/plan.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import type { PlanId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { keys } from '#sync/core/keys.ts'
import { createFedRows } from '../../../state/rows.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Filters } from '../../../ui/filters.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { usePeopleHere } from '../page/people-here.ts'
import { CompareView } from './compare-view.tsx'
import { Difference } from './difference.tsx'
import { useHistoryActs } from './history-acts.ts'
import { choose, historyFilters, isShown, letterOf, sidesOf, type Choice, type HistoryFilter } from './history-model.ts'
import { KeepDialog } from './keep-dialog.tsx'
import { useLiveText } from './live-text.ts'
import { RestoreDialog } from './restore-dialog.tsx'
import { useComparison, type Sides } from './use-comparison.ts'
import { VersionRow } from './version-row.tsx'
import { useVersionTexts } from './version-texts.ts'
import styles from './plan-history.module.css'

/** Versions drawn at once. */
const pageSize = 60

/** What a plan was, and what became of it: in the rail beside the text, in a sheet on a phone. `flush`: the sheet has head and margin. */
export function PlanHistory(props: {
  readonly planId: PlanId
  readonly document: PlanDocument
  /** Chosen at first, where it is one of those. */
  readonly version?: number | undefined
  readonly onClose?: (() => void) | undefined
  readonly flush?: boolean | undefined
}) {
  const workspace = useWorkspace()
  const data = useTeamData()
  // One history for one document: it is mounted anew when the document changes.
  // oxlint-disable-next-line solid/reactivity
  const { planId, document } = props
  const rows = createFedRows(workspace, keys.planVersionsOf(planId), PlanVersion)
  const versions = createMemo(() => rows.all().toReversed())
  const texts = useVersionTexts()
  const now = useLiveText(document)
  const people = usePeopleHere(document)
  const acts = useHistoryActs(document, texts, () => versions()[0])
  const mayEdit = () => canEditPlans(data.me()?.role)

  const [filter, setFilter] = createSignal<HistoryFilter>('all')
  const [drawn, setDrawn] = createSignal(pageSize)
  const [choice, setChoice] = createSignal<Choice>([])
  createEffect(() => setChoice(props.version === undefined ? [] : [props.version]))
  const [keeping, setKeeping] = createSignal(false)
  const [comparing, setComparing] = createSignal(false)
  const [restoring, setRestoring] = createSignal<PlanVersion>()

  const shown = createMemo(() => versions().filter((version) => isShown(version, filter())))
  const sides = createMemo<Sides | undefined>(() => {
    const chosen = sidesOf(choice())
    const find = (n: number | undefined) => versions().find((version) => version.n === n)
    const a = find(chosen?.a)
    return a === undefined ? undefined : { a, b: find(chosen?.b) }
  })
  const compared = useComparison(sides, texts, now)
  const nameOf = (version: PlanVersion | undefined): string =>
    version === undefined ? historyWords.now : (version.label ?? historyWords.version(version.n))
  const keep = async (label: string): Promise<void> => {
    if (await acts.keep(label)) showToast({ text: historyWords.kept })
  }
  const counts = (filterValue: HistoryFilter): number =>
    versions().filter((version) => isShown(version, filterValue)).length

  return (
    <section class={styles.history} aria-label={historyWords.title} data-flush={props.flush ? '' : undefined}>
      {/* A sheet has a head of its own, and the button is below once there is something to compare. */}
      <Show when={!props.flush}>
        <header class={styles.head}>
          <h2 class={styles.title}>{historyWords.title}</h2>
          <span class={styles.grow} />
          <Button
            size="sm"
            icon={GitCompare}
            aria-disabled={sides() === undefined}
            onClick={() => (sides() === undefined ? showToast({ text: historyWords.chooseFirst }) : setComparing(true))}
          >
            {historyWords.compare}
          </Button>
          <Show when={props.onClose}>
            {(close) => <IconButton icon={X} label={historyWords.close} size="sm" onClick={() => close()()} />}
          </Show>
        </header>
      </Show>
      <div class={styles.scroll}>
        <div class={styles.now}>
          <Icon of={Radio} size="sm" />
          <span class={styles.name}>
            <b>{historyWords.now}</b>
          </span>
          <span class={styles.time}>{historyWords.live}</span>
          <span class={styles.about}>
            {people().length === 0 ? historyWords.alone : historyWords.editing(people().map(({ name }) => name))}
          </span>
          <Show when={mayEdit()}>
            <Button size="sm" class={styles.keep} onClick={() => setKeeping(true)}>
              {historyWords.keep}
            </Button>
          </Show>
        </div>
        <Show when={versions().length > 0}>
          <div class={styles.filters}>
            <Filters
              label={historyWords.filter}
              segments
              value={filter()}
              onChange={(value) => {
                setFilter(value)
                setDrawn(pageSize)
              }}
              choices={historyFilters
                .filter((value) => value === 'all' || value === filter() || counts(value) > 0)
                .map((value) => ({ value, label: historyWords.filters[value] }))}
            />
          </div>
        </Show>
        <Switch>
          <Match when={!rows.loaded()}>
            <SkeletonRows waitsFor={historyWords.waits} />
          </Match>
          <Match when={versions().length === 0}>
            <EmptyState text={historyWords.none} />
          </Match>
          <Match when={shown().length === 0}>
            <EmptyState text={historyWords.noneOf}>
              <Button onClick={() => setFilter('all')}>{historyWords.showAll}</Button>
            </EmptyState>
          </Match>
        </Switch>
        <Show when={props.flush && sides() === undefined && shown().length > 0}>
          <p class={styles.quiet}>{historyWords.chooseFirst}</p>
        </Show>
        <ul class={styles.list}>
          <For each={shown().slice(0, drawn())}>
            {(version) => (
              <VersionRow
                version={version}
                letter={letterOf(choice(), version.n)}
                onChoose={() => setChoice((before) => choose(before, version.n))}
              />
            )}
          </For>
        </ul>
        <Show when={shown().length > drawn()}>
          <div class={styles.more}>
            <Button tone="ghost" onClick={() => setDrawn((count) => count + pageSize)}>
              {historyWords.older(shown().length - drawn())}
            </Button>
          </div>
        </Show>
      </div>
      <Show when={sides()}>
        {(known) => (
          <Difference
            compared={compared}
            a={nameOf(known().a)}
            b={nameOf(known().b)}
            onShow={() => setComparing(true)}
            onRestore={mayEdit() ? () => setRestoring(known().a) : undefined}
          />
        )}
      </Show>
      <KeepDialog open={keeping()} onClose={() => setKeeping(false)} onKeep={(label) => void keep(label)} />
      <RestoreDialog
        version={restoring()}
        nameOf={nameOf}
        onClose={() => setRestoring(undefined)}
        onRestore={(version) => void acts.restore(version, nameOf(version))}
      />
      <Show when={comparing() && sides()}>
        {(known) => (
          <CompareView
            compared={compared}
            title={historyWords.between(nameOf(known().a), nameOf(known().b))}
            onClose={() => setComparing(false)}
            onTakeBack={mayEdit() && known().b === undefined ? (next) => acts.restorePart(known().a, next) : undefined}
            now={now}
          />
        )}
      </Show>
    </section>
  )
}
