import { Bookmark, Clock } from 'lucide'
import { Show } from 'solid-js'
import type { PlanVersion } from '#shared/domain/plan.ts'
import { Icon } from '../../../ui/icon.tsx'
import { PlusMinus } from '../../../ui/text/plus-minus.tsx'
import { Time } from '../../../ui/time.tsx'
import { historyWords } from '../../../words/plan-history.ts'
import { AuthorMark } from '../author-mark.tsx'
import { useAuthorName } from '../author-name.ts'
import styles from './plan-history.module.css'

/** One version: whose hand, its name, when, and what it was made by. A press chooses it to be compared. */
export function VersionRow(props: {
  readonly version: PlanVersion
  readonly letter: 'A' | 'B' | undefined
  readonly onChoose: () => void
}) {
  const nameOf = useAuthorName()
  const first = () => props.version.by[0] ?? { kind: 'server' as const }
  const who = () => historyWords.and(nameOf(first()), props.version.by.length - 1)
  return (
    <li>
      <button
        type="button"
        class={styles.version}
        aria-pressed={props.letter !== undefined}
        onClick={() => props.onChoose()}
      >
        <span class={styles.mark}>
          <Show when={first().kind !== 'server'} fallback={<Icon of={Clock} size="sm" />}>
            <AuthorMark author={first()} />
          </Show>
        </span>
        <span class={styles.name}>
          <b dir="auto">{props.version.label ?? who()}</b>
          <Show when={props.version.label !== undefined}>
            <Icon of={Bookmark} size="sm" />
          </Show>
          <Show when={props.letter}>
            {(letter) => (
              <span class={styles.letter} title={letter() === 'A' ? historyWords.a : historyWords.b}>
                {letter()}
              </span>
            )}
          </Show>
        </span>
        <span class={styles.time}>
          <Time at={props.version.at} form="when" />
        </span>
        <span class={styles.about}>
          <Show when={props.version.label !== undefined}>{who()} · </Show>
          {props.version.restoredFrom === undefined
            ? historyWords.origin[props.version.origin]
            : historyWords.restoredFrom(props.version.restoredFrom)}{' '}
          · {historyWords.words(props.version.words)}
          <Show when={props.version.blocks}>
            {(blocks) => (
              <Show when={blocks().added + blocks().removed > 0}>
                {' · '}
                <span class={styles.blocks} title={historyWords.blocks(blocks().added, blocks().removed)}>
                  <PlusMinus added={blocks().added} removed={blocks().removed} />
                </span>
              </Show>
            )}
          </Show>
        </span>
      </button>
    </li>
  )
}
