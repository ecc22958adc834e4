import { ArrowDown, ArrowUp } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import { Icon } from '../../ui/icon.tsx'
import { exactMoney } from '../../words/money.ts'
import { spanWords } from '../../words/time.ts'
import { tokenWords, usageWords } from '../../words/usage.ts'
import { sorted, type Line, type SortColumn, type Sorting } from './usage-model.ts'
import styles from './usage-page.module.css'

/** `wide`: left out where there is no room. */
const columns: readonly { readonly column: SortColumn; readonly label: string; readonly wide?: true }[] = [
  { column: 'costUsd', label: usageWords.cost },
  { column: 'inputTokens', label: usageWords.input, wide: true },
  { column: 'cachedTokens', label: usageWords.cached, wide: true },
  { column: 'outputTokens', label: usageWords.output },
  { column: 'workMs', label: usageWords.time, wide: true },
  { column: 'turns', label: usageWords.turns, wide: true },
]

/** The sums of what is told apart, sorted by any of them. */
export function UsageTable(props: {
  readonly lines: readonly Line[]
  readonly by: string
  readonly nameOf: (key: string) => string
  /** Time and turns are those of an agent, whatever models it calls. */
  readonly hasTime: boolean
}) {
  const [sorting, setSorting] = createSignal<Sorting>({ column: 'costUsd', down: true })
  const lines = createMemo(() => sorted(props.lines, sorting(), props.nameOf))
  const shown = () => columns.filter(({ column }) => props.hasTime || (column !== 'workMs' && column !== 'turns'))
  const sort = (column: SortColumn): void => {
    const { column: known, down } = sorting()
    setSorting({ column, down: known === column ? !down : column !== 'key' })
  }
  const head = (column: SortColumn, label: string, wide?: true) => (
    <th
      scope="col"
      data-wide={wide ? '' : undefined}
      aria-sort={sorting().column === column ? (sorting().down ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" class={styles.sort} onClick={() => sort(column)} title={usageWords.sortBy(label)}>
        {label}
        <Show when={sorting().column === column}>
          <Icon of={sorting().down ? ArrowDown : ArrowUp} size="sm" />
        </Show>
      </button>
    </th>
  )
  return (
    <table class={styles.table}>
      <caption class={styles.caption}>{usageWords.table(props.by)}</caption>
      <thead>
        <tr>
          {head('key', props.by)}
          <For each={shown()}>{({ column, label, wide }) => head(column, label, wide)}</For>
        </tr>
      </thead>
      <tbody>
        <For each={lines()}>
          {(line) => (
            <tr>
              <th scope="row">{props.nameOf(line.key)}</th>
              <For each={shown()}>
                {({ column, wide }) => <td data-wide={wide ? '' : undefined}>{cellOf(line, column)}</td>}
              </For>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  )
}

function cellOf(line: Line, column: SortColumn): string {
  switch (column) {
    case 'key':
      return line.key
    case 'costUsd':
      return exactMoney(line.costUsd)
    case 'workMs':
      return spanWords(line.workMs)
    case 'turns':
      return String(line.turns)
    default:
      return tokenWords(line[column])
  }
}
