import { planFilters, planSorts } from '../../../state/plans-search.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Filters } from '../../../ui/filters.tsx'
import { SearchBox } from '../../../ui/search-box.tsx'
import { Select, type Choice } from '../../../ui/select.tsx'
import { plansWords } from '../../../words/plans.ts'
import type { PlansList } from './use-plans-list.ts'
import styles from './plans-bar.module.css'

/** Quick filters and the search, then folder, author and order. All of it stands in the address. */
export function PlansBar(props: {
  readonly list: PlansList
  readonly onDown: () => void
  readonly searchRef: (element: HTMLInputElement) => void
}) {
  const data = useTeamData()
  /** Those that lead somewhere, and the one that is on. */
  const filters = () =>
    planFilters.filter(
      (filter) =>
        filter === 'all' || filter === 'mine' || filter === props.list.filter() || props.list.counts()[filter] > 0,
    )
  const folders = (): readonly Choice[] => [
    { value: everything, label: plansWords.allFolders },
    { value: inNone, label: plansWords.noFolder },
    ...props.list.folders().map((folder) => ({ value: `/${folder}`, label: folder })),
  ]
  const folder = (): string => {
    const chosen = props.list.folder()
    if (chosen === undefined) return everything
    return chosen === '' ? inNone : `/${chosen}`
  }
  const authors = (): readonly Choice[] => [
    { value: everything, label: plansWords.anybody },
    ...props.list.authors().map((id) => ({
      value: id,
      label: data.members.all().find((one) => one.userId === id)?.name ?? id,
    })),
  ]
  return (
    <div class={styles.bar}>
      <div class={styles.line}>
        <Filters
          label={plansWords.filters}
          value={props.list.filter()}
          choices={filters().map((filter) => ({
            value: filter,
            label: plansWords.filter[filter],
            count: filter === 'all' || filter === 'mine' ? undefined : props.list.counts()[filter],
          }))}
          onChange={(filter) => props.list.show({ show: filter === 'all' ? undefined : filter })}
        />
        <SearchBox
          label={plansWords.search}
          clearLabel={plansWords.clearSearch}
          find={props.list.find()}
          onFind={(text) => props.list.setFind(text)}
          onDown={() => props.onDown()}
          inputRef={(element) => props.searchRef(element)}
        />
      </div>
      <div class={styles.choices}>
        <Select
          label={plansWords.folder}
          labelHidden
          choices={folders()}
          value={folder()}
          onChange={(value) =>
            props.list.show({ folder: value === everything ? undefined : value === inNone ? '' : value.slice(1) })
          }
        />
        <Select
          label={plansWords.author}
          labelHidden
          choices={authors()}
          value={props.list.author() ?? everything}
          onChange={(value) => props.list.show({ by: value === everything ? undefined : value })}
        />
        <Select
          label={plansWords.sort}
          labelHidden
          choices={planSorts.map((sort) => ({ value: sort, label: plansWords.sortBy[sort] }))}
          value={props.list.sort()}
          onChange={(sort) => props.list.show({ sort: sort === 'changed' ? undefined : sort })}
        />
      </div>
    </div>
  )
}

/** Values of choices that no folder and no person can have: a folder's begins with `/`. */
const everything = 'all'
const inNone = 'none'
