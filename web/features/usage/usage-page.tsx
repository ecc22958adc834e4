import { Link } from '@tanstack/solid-router'
import { CircleAlert, Download } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal } from 'solid-js'
import { BudgetMonth, Budgets } from '#shared/domain/budget.ts'
import type { Run } from '#shared/domain/run.ts'
import { addUsage, monthOf, noUsage, startOfDay, utcDay, type UsageSums } from '#shared/domain/usage-day.ts'
import { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../state/query.ts'
import { useTeamData } from '../../state/team-data.ts'
import { useTitle } from '../../state/title.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Select } from '../../ui/select.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { exactMoney } from '../../words/money.ts'
import { spanWords } from '../../words/time.ts'
import { tokenWords, usageWords } from '../../words/usage.ts'
import { UsageChart } from './usage-chart.tsx'
import {
  barsOf,
  chartOf,
  groups,
  linesOf,
  others,
  periods,
  rangeOf,
  type DayCell,
  type Group,
  type Period,
  type Range,
} from './usage-model.ts'
import styles from './usage-page.module.css'
import { UsageTable } from './usage-table.tsx'
import { useCells } from './use-cells.ts'

const dayMs = 24 * 60 * 60_000

/** `/usage`: what the team's runs used, and what it cost. */
export function UsagePage() {
  useTitle(() => usageWords.title)
  const [period, setPeriod] = createSignal<Period>('30')
  const [group, setGroup] = createSignal<Group>('model')
  const [own, setOwn] = createSignal(rangeOf('90', Date.now()))
  const range = createMemo((): Range | undefined => {
    const chosen = period()
    if (chosen !== 'own') return rangeOf(chosen, Date.now())
    const { from, to } = own()
    return isDay(from) && isDay(to) && from <= to && startOfDay(to) - startOfDay(from) < 3660 * dayMs
      ? own()
      : undefined
  })
  const used = useCells(range)
  return (
    <div class={styles.page}>
      <PageHead title={usageWords.title} />
      <div class={styles.scroll}>
        <div class={styles.column}>
          <div class={styles.choices}>
            <Select
              label={usageWords.period}
              choices={periods.map((value) => ({ value, label: usageWords.periods[value] }))}
              value={period()}
              onChange={setPeriod}
            />
            <Select
              label={usageWords.group}
              choices={groups.map((value) => ({ value, label: usageWords.groups[value] }))}
              value={group()}
              onChange={setGroup}
            />
          </div>
          <Show when={period() === 'own'}>
            <div class={styles.choices}>
              <TextInput
                type="date"
                label={usageWords.from}
                value={own().from}
                onChange={(from) => setOwn({ ...own(), from })}
                error={range() === undefined ? usageWords.wrongRange : undefined}
              />
              <TextInput
                type="date"
                label={usageWords.to}
                value={own().to}
                onChange={(to) => setOwn({ ...own(), to })}
                hint={usageWords.older}
              />
            </div>
          </Show>
          <Show when={range()} keyed>
            {(shown) => (
              <Switch fallback={<SkeletonRows rows={5} waitsFor={usageWords.loading} />}>
                <Match when={used.problem()}>
                  {(problem) => (
                    <ErrorState title={problem().code === 'offline' ? usageWords.offline : problem().error}>
                      <Button size="lg" onClick={used.again}>
                        {usageWords.tryAgain}
                      </Button>
                    </ErrorState>
                  )}
                </Match>
                <Match when={used.cells()}>{(cells) => <Used range={shown} cells={cells()} group={group()} />}</Match>
              </Switch>
            )}
          </Show>
        </div>
      </div>
    </div>
  )
}

function Used(props: { readonly range: Range; readonly cells: readonly DayCell[]; readonly group: Group }) {
  const data = useTeamData()
  const sums = createMemo(() => props.cells.reduce<UsageSums>(addUsage, noUsage))
  const bars = createMemo(() => barsOf(props.range))
  const chart = createMemo(() => chartOf(props.cells, bars(), props.group))
  const isMonths = () => bars()[0]?.length === 7
  const by = () => usageWords.groups[props.group]
  const nameOf = (key: string): string => {
    if (key === others) return usageWords.others
    switch (props.group) {
      case 'model':
        return key === '' ? usageWords.unknownModel : key
      case 'agent':
        return key === '' ? usageWords.others : data.harness(key).name
      case 'person':
        return data.members.get(keys.member(UserId.parse(key || '-')))?.name ?? usageWords.somebody
      case 'sandbox':
        return key === 'direct' || key === 'docker' ? usageWords.sandboxes[key] : usageWords.others
    }
  }
  const unpriced = createMemo(() => linesOf(props.cells, 'model').filter((line) => line.unpricedTokens > 0))
  return (
    <Show when={props.cells.length > 0} fallback={<p class={styles.empty}>{usageWords.empty}</p>}>
      <Totals sums={sums()} />
      <Show when={unpriced().length > 0}>
        <Banner
          icon={CircleAlert}
          actions={
            <Link to="/settings/$section" params={{ section: 'budgets' }}>
              {usageWords.setPrices}
            </Link>
          }
        >
          {usageWords.unpriced(
            tokenWords(sums().unpricedTokens),
            unpriced()
              .map(({ key }) => (key === '' ? usageWords.unknownModel : key))
              .slice(0, 5)
              .join(', '),
          )}
        </Banner>
      </Show>
      <Show when={chart().series.length > 0}>
        <UsageChart
          chart={chart()}
          label={isMonths() ? usageWords.chartMonths(by()) : usageWords.chart(by())}
          nameOf={nameOf}
          barName={barName}
          isMonths={isMonths()}
        />
      </Show>
      <UsageTable
        lines={linesOf(props.cells, props.group)}
        by={by()}
        nameOf={nameOf}
        hasTime={props.group !== 'model'}
      />
      <p class={styles.note}>
        {usageWords.utc}{' '}
        <a
          class={styles.download}
          href={`/api/v1/usage?from=${props.range.from}&to=${props.range.to}&group=day,person,agent,model,sandbox,run&format=csv`}
          download=""
        >
          <Icon of={Download} size="sm" />
          {usageWords.csv}
        </a>
      </p>
      <Runs range={props.range} />
    </Show>
  )
}

function Totals(props: { readonly sums: UsageSums }) {
  const budgets = useQuery(() => (tx) => getRow(tx, keys.budgets, Budgets), { key: null })
  const month = useQuery(() => (tx) => getRow(tx, keys.budgetMonth, BudgetMonth), { key: null })
  const limited = () => {
    const [limit, spent] = [budgets.value?.monthUsd, month.value]
    if (limit === undefined) return undefined
    const usd = spent?.month === monthOf(utcDay(Date.now())) ? spent.usd : 0
    return usageWords.ofMonth(exactMoney(usd), exactMoney(limit))
  }
  return (
    <dl class={styles.totals} aria-label={usageWords.totals}>
      <div>
        <dt>{usageWords.cost}</dt>
        <dd>{exactMoney(props.sums.costUsd)}</dd>
        <dd class={styles.part}>
          <Link to="/settings/$section" params={{ section: 'budgets' }}>
            {limited() ?? usageWords.setBudgets}
          </Link>
        </dd>
      </div>
      <div>
        <dt>{usageWords.tokens}</dt>
        <dd>{tokenWords(props.sums.inputTokens + props.sums.cachedTokens + props.sums.outputTokens)}</dd>
        <dd class={styles.part}>
          {`${usageWords.input} ${tokenWords(props.sums.inputTokens)} · ${usageWords.cached} ${tokenWords(props.sums.cachedTokens)} · ${usageWords.output} ${tokenWords(props.sums.outputTokens)}`}
        </dd>
      </div>
      <div>
        <dt>{usageWords.time}</dt>
        <dd>{spanWords(props.sums.workMs)}</dd>
        <Show when={props.sums.blockedMs > 0}>
          <dd class={styles.part}>{usageWords.waited(spanWords(props.sums.blockedMs))}</dd>
        </Show>
      </div>
      <div>
        <dt>{usageWords.turns}</dt>
        <dd>{props.sums.turns}</dd>
      </div>
    </dl>
  )
}

function Runs(props: { readonly range: Range }) {
  const data = useTeamData()
  const runs = createMemo((): readonly Run[] => {
    const [from, to] = [startOfDay(props.range.from), startOfDay(props.range.to) + dayMs]
    return data.runs
      .all()
      .filter((run) => (run.usage?.costUsd ?? 0) > 0 && run.updatedAt >= from && run.createdAt < to)
      .toSorted((a, b) => (b.usage?.costUsd ?? 0) - (a.usage?.costUsd ?? 0))
      .slice(0, 50)
  })
  return (
    <section class={styles.runs} aria-label={usageWords.runs}>
      <h2 class={styles.title}>{usageWords.runs}</h2>
      <p class={styles.note}>{usageWords.runsNote}</p>
      <Show when={runs().length > 0} fallback={<p class={styles.empty}>{usageWords.noRuns}</p>}>
        <ul class={styles.rows}>
          <For each={runs()}>
            {(run) => (
              <li>
                <Link to="/runs/$runId" params={{ runId: run.id }} class={styles.run}>
                  <span class={styles.runTitle}>{run.title}</span>
                  <span class={styles.runAgent}>{data.harness(run.config.harness).name}</span>
                  <span class={styles.runCost}>{exactMoney(run.usage?.costUsd ?? 0)}</span>
                </Link>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

const dayName = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const monthName = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })

function barName(key: string): string {
  if (key === '') return ''
  return key.length === 7
    ? monthName.format(new Date(`${key}-15T00:00:00Z`))
    : dayName.format(new Date(`${key}T00:00:00Z`))
}
