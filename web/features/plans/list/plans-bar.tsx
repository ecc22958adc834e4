import type { UserId } from '#shared/ids.ts'
import { planFilters, planSorts, type PlanFilter, type PlanSort } from '../../../state/plans-search.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Filters } from '../../../ui/filters.tsx'
import { SearchBox } from '../../../ui/search-box.tsx'
import { Select, type Choice } from '../../../ui/select.tsx'
import { plansWords } from '../../../words/plans.ts'
import styles from './plans-bar.module.css'

/** Quick filters and the search, then folder, author and order. All of it stands in the address. */
export function PlansBar(props: {
  readonly filter: PlanFilter
  readonly counts: Readonly<Record<PlanFilter, number>>
  readonly onFilter: (filter: PlanFilter) => void
  readonly find: string
  readonly onFind: (text: string) => void
  readonly onDown: () => void
  readonly searchRef: (element: HTMLInputElement) => void
  readonly folders: readonly string[]
  readonly folder: string | undefined
  readonly onFolder: (folder: string | undefined) => void
  readonly authors: readonly UserId[]
  readonly author: UserId | undefined
  readonly onAuthor: (author: UserId | undefined) => void
  readonly sort: PlanSort
  readonly onSort: (sort: PlanSort) => void
}) {
  const data = useTeamData()
  /** Those that lead somewhere, and the one that is on. */
  const filters = () =>
    planFilters.filter(
      (filter) => filter === 'all' || filter === 'mine' || filter === props.filter || props.counts[filter] > 0,
    )
  const folders = (): readonly Choice[] => [
    { value: everything, label: plansWords.allFolders },
    { value: inNone, label: plansWords.noFolder },
    ...props.folders.map((folder) => ({ value: `/${folder}`, label: folder })),
  ]
  const folder = () => (props.folder === undefined ? everything : props.folder === '' ? inNone : `/${props.folder}`)
  const authors = (): readonly Choice[] => [
    { value: everything, label: plansWords.anybody },
    ...props.authors.map((id) => ({
      value: id,
      label: data.members.all().find((one) => one.userId === id)?.name ?? id,
    })),
  ]
  return (
    <div class={styles.bar}>
      <div class={styles.line}>
        <Filters
          label={plansWords.filters}
          value={props.filter}
          choices={filters().map((filter) => ({
            value: filter,
            label: plansWords.filter[filter],
            count: filter === 'all' || filter === 'mine' ? undefined : props.counts[filter],
          }))}
          onChange={(filter) => props.onFilter(filter)}
        />
        <SearchBox
          label={plansWords.search}
          clearLabel={plansWords.clearSearch}
          find={props.find}
          onFind={(text) => props.onFind(text)}
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
            props.onFolder(value === everything ? undefined : value === inNone ? '' : value.slice(1))
          }
        />
        <Select
          label={plansWords.author}
          labelHidden
          choices={authors()}
          value={props.author ?? everything}
          onChange={(value) => props.onAuthor(props.authors.find((id) => id === value))}
        />
        <Select
          label={plansWords.sort}
          labelHidden
          choices={planSorts.map((sort) => ({ value: sort, label: plansWords.sortBy[sort] }))}
          value={props.sort}
          onChange={(sort) => props.onSort(sort)}
        />
      </div>
    </div>
  )
}

/** Values of choices that no folder and no person can have: a folder's begins with `/`. */
const everything = 'all'
const inNone = 'none'
