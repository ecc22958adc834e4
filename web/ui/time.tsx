import { createMemo } from 'solid-js'
import { useNow } from '../state/clock.ts'
import { agoWords, clockWords, fullWords, whenWords } from '../words/time.ts'

/**
 * A moment in words that stay true: `ago` "2 s ago", "9 min", "14:02"; `clock` "14:02"; `when` names the day too, once
 * it is another. The whole date is in the tooltip.
 */
export function Time(props: { readonly at: number; readonly form?: 'ago' | 'clock' | 'when' | undefined }) {
  const now = useNow()
  const words = createMemo(() => {
    switch (props.form ?? 'ago') {
      case 'ago':
        return agoWords(props.at, now())
      case 'clock':
        return clockWords(props.at)
      case 'when':
        return whenWords(props.at, now())
    }
  })
  return (
    <time
      datetime={new Date(props.at).toISOString()}
      title={fullWords(props.at)}
      style={{ 'font-variant-numeric': 'tabular-nums' }}
    >
      {words()}
    </time>
  )
}
