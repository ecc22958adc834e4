import { ArrowUpDown, Check, GitCompare, Minus, Pencil, Plus, Radio, X } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal } from 'solid-js'
import { PlanVersion } from '#shared/domain/plan.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import type { PlanId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { keys } from '#sync/core/keys.ts'
import { createFedRows } from '../../../state/rows.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { Filters } from '../../../ui/filters.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { showToast } from '../../../ui/toast.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { usePeopleHere } from '../page/people-here.ts'
import { CompareView } from './compare-view.tsx'
import { useHistoryActs } from './history-acts.ts'
import { choose, historyFilters, isShown, letterOf, sidesOf, type Choice, type HistoryFilter } from './history-model.ts'
import { KeepDialog } from './keep-dialog.tsx'
import { useLiveText } from './live-text.ts'
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
          <section class={styles.sum}>
            <h3 class={styles.sumHead}>
              <span class={styles.sumName}>{historyWords.between(nameOf(known().a), nameOf(known().b))}</span>
              <span class={styles.numbers}>
                <PlusMinus added={compared.comparison()?.added ?? 0} removed={compared.comparison()?.removed ?? 0} />
              </span>
            </h3>
            <Switch>
              <Match when={compared.state() === 'loading'}>
                <p class={styles.quiet} role="status">
                  {historyWords.loading}
                </p>
              </Match>
              <Match when={compared.state() === 'not_here' || compared.state() === 'gone'}>
                <p class={styles.quiet} role="status">
                  {compared.state() === 'gone' ? historyWords.gone : historyWords.notHere}
                </p>
                <Button size="sm" onClick={() => compared.retry()}>
                  {historyWords.retry}
                </Button>
              </Match>
              <Match when={compared.comparison()}>
                {(comparison) => (
                  <>
                    <Headlines comparison={comparison()} />
                    <div class={styles.acts}>
                      <Button size="sm" onClick={() => setComparing(true)}>
                        {historyWords.show}
                      </Button>
                      <Show when={mayEdit()}>
                        <Button
                          size="sm"
                          tone="ghost"
                          title={nameOf(known().a)}
                          onClick={() => setRestoring(known().a)}
                        >
                          {historyWords.restore}
                        </Button>
                      </Show>
                    </div>
                  </>
                )}
              </Match>
            </Switch>
          </section>
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

const signs = {
  same: Check,
  added: Plus,
  removed: Minus,
  changed: Pencil,
  left: ArrowUpDown,
  came: ArrowUpDown,
} as const

/** The first few changes, as the mock has them: what came, what went. */
function Headlines(props: { readonly comparison: ReturnType<ReturnType<typeof useComparison>['comparison']> }) {
  const changed = createMemo(() =>
    (props.comparison?.changes ?? []).filter(({ kind }) => kind !== 'same' && kind !== 'left').slice(0, 4),
  )
  return (
    <ul class={styles.headlines}>
      <For each={changed()} fallback={<HeadlineEqual />}>
        {(change) => (
          <li>
            <Icon of={signs[change.kind]} size="sm" />
            <span dir="auto">
              {historyWords.kind[change.kind]}:{' '}
              {firstLine(change.kind === 'removed' ? change.before.text : 'after' in change ? change.after.text : '')}
            </span>
          </li>
        )}
      </For>
    </ul>
  )
}

function HeadlineEqual() {
  return (
    <li>
      <Icon of={Check} size="sm" />
      <span>{historyWords.equal}</span>
    </li>
  )
}

function RestoreDialog(props: {
  readonly version: PlanVersion | undefined
  readonly nameOf: (version: PlanVersion) => string
  readonly onClose: () => void
  readonly onRestore: (version: PlanVersion) => void
}) {
  // The dialog closes before it acts, and shows its version while it goes.
  const version = createMemo<PlanVersion | undefined>((before) => props.version ?? before)
  const name = () => {
    const known = version()
    return known === undefined ? '' : props.nameOf(known)
  }
  return (
    <ConfirmDialog
      open={props.version !== undefined}
      onOpenChange={(open) => open || props.onClose()}
      title={historyWords.restoreTitle(name())}
      description={historyWords.restoreText}
      confirm={historyWords.restoreDo}
      onConfirm={() => {
        const known = version()
        if (known !== undefined) props.onRestore(known)
      }}
    />
  )
}

function firstLine(text: string): string {
  // Without the signs of Markdown: what it is the page says.
  const line = (text.split('\n', 1)[0] ?? '').replace(/^(?:#{1,6} |> |[-*] (?:\[[ x]\] )?)+/, '')
  return line.length > 90 ? `${line.slice(0, 89).toWellFormed()}…` : line
}
