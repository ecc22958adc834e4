import { Search, X } from 'lucide'
import { Show, createEffect, createSignal, on } from 'solid-js'
import { isKey } from '../../state/keyboard.ts'
import { runFilters, type RunFilter } from '../../state/runs-search.ts'
import { Filters } from '../../ui/filters.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { runsWords } from '../../words/runs.ts'
import type { Counts } from './list-model.ts'
import styles from './filter-bar.module.css'

/** Quick filters and the search over title and prompt. Both stand in the address. */
export function FilterBar(props: {
  readonly filter: RunFilter
  readonly counts: Counts
  readonly find: string
  readonly onFilter: (filter: RunFilter) => void
  readonly onFind: (text: string) => void
  /** From the search down into the list. */
  readonly onDown: () => void
  readonly searchRef: (element: HTMLInputElement) => void
}) {
  // What is typed stands at once; the address follows.
  const [typed, setTyped] = createSignal('')
  createEffect(
    on(
      () => props.find,
      (find) => setTyped((before) => (before.trim() === find ? before : find)),
    ),
  )
  const change = (text: string) => {
    setTyped(text)
    props.onFind(text.trim())
  }
  let input: HTMLInputElement | undefined
  return (
    <div class={styles.bar}>
      <Filters
        label={runsWords.filters}
        value={props.filter}
        choices={runFilters.map((filter) => ({
          value: filter,
          label: runsWords.filter[filter],
          count: filter === 'all' || filter === 'mine' ? undefined : props.counts[filter],
          turn: filter === 'needs',
        }))}
        onChange={(filter) => props.onFilter(filter)}
      />
      <label class={styles.search}>
        <Icon of={Search} size="sm" />
        <input
          ref={(element) => {
            input = element
            props.searchRef(element)
          }}
          type="search"
          class={styles.input}
          placeholder={runsWords.search}
          aria-label={runsWords.search}
          aria-keyshortcuts="/"
          value={typed()}
          enterkeyhint="search"
          autocomplete="off"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isKey(event, 'Escape')) {
              if (typed() === '') event.currentTarget.blur()
              else change('')
            } else if (isKey(event, 'ArrowDown')) props.onDown()
            else return
            event.preventDefault()
          }}
        />
        <Show when={typed() !== ''} fallback={<Kbd>/</Kbd>}>
          <button
            type="button"
            class={styles.clear}
            aria-label={runsWords.clearSearch}
            onClick={() => {
              change('')
              input?.focus()
            }}
          >
            <Icon of={X} size="sm" />
          </button>
        </Show>
      </label>
    </div>
  )
}
