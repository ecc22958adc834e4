import { runFilters, type RunFilter } from '../../state/runs-search.ts'
import { Filters } from '../../ui/filters.tsx'
import { SearchBox } from '../../ui/search-box.tsx'
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
      <SearchBox
        label={runsWords.search}
        clearLabel={runsWords.clearSearch}
        find={props.find}
        onFind={(text) => props.onFind(text)}
        onDown={() => props.onDown()}
        inputRef={(element) => props.searchRef(element)}
      />
    </div>
  )
}
