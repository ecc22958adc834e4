import { ChevronUp, Plus, X } from 'lucide'
import { Index, Show, type Accessor, type JSX } from 'solid-js'
import { Button, IconButton } from '../../ui/button.tsx'
import styles from './environments.module.css'

/** Rows of fields that can be added and taken out; in order, where that means something. */
export function RowFields<Row>(props: {
  readonly rows: readonly Row[]
  readonly onChange: (rows: readonly Row[]) => void
  readonly empty: Row
  readonly most: number
  readonly add: string
  readonly remove: (n: number) => string
  readonly earlier?: (n: number) => string
  readonly children: (row: Accessor<Row>, n: number, change: (changed: Partial<Row>) => void) => JSX.Element
}) {
  const change = (at: number) => (changed: Partial<Row>) =>
    props.onChange(props.rows.map((row, index) => (index === at ? { ...row, ...changed } : row)))
  const up = (at: number) => {
    const rows = [...props.rows]
    rows.splice(at - 1, 0, ...rows.splice(at, 1))
    props.onChange(rows)
  }
  return (
    <>
      <ol class={styles.rows}>
        <Index each={props.rows}>
          {(row, at) => (
            <li class={styles.row}>
              {props.children(row, at + 1, change(at))}
              <span class={styles.rowActs}>
                <Show when={props.earlier}>
                  {(earlier) => (
                    <IconButton icon={ChevronUp} label={earlier()(at + 1)} disabled={at === 0} onClick={() => up(at)} />
                  )}
                </Show>
                <IconButton
                  icon={X}
                  label={props.remove(at + 1)}
                  onClick={() => props.onChange(props.rows.filter((_, index) => index !== at))}
                />
              </span>
            </li>
          )}
        </Index>
      </ol>
      <Button
        icon={Plus}
        class={styles.add}
        disabled={props.rows.length >= props.most}
        onClick={() => props.onChange([...props.rows, props.empty])}
      >
        {props.add}
      </Button>
    </>
  )
}
