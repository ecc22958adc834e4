import { BadgeCheck, MessageSquareText, PencilLine, type IconNode } from 'lucide'
import { Show } from 'solid-js'
import type { PlanState } from '#shared/domain/plan.ts'
import { Icon } from '../../../ui/icon.tsx'
import { StatusGlyph } from '../../../ui/status-glyph.tsx'
import { planStateWords } from '../../../words/plans.ts'

/** What is at work or done looks as a run that is; the states before have shapes of their own. */
export function PlanStateGlyph(props: {
  readonly state: PlanState
  readonly size?: 'sm' | 'md' | 'lg'
  /** Its word stands beside it. */
  readonly decorative?: boolean
}) {
  const icon = (): IconNode | undefined => {
    switch (props.state) {
      case 'draft':
        return PencilLine
      case 'in_review':
        return MessageSquareText
      case 'approved':
        return BadgeCheck
      case 'executing':
      case 'done':
        return undefined
    }
  }
  return (
    <Show
      when={icon()}
      fallback={
        <StatusGlyph
          state={props.state === 'done' ? 'done' : 'working'}
          size={props.size ?? 'md'}
          decorative={props.decorative}
        />
      }
    >
      {(known) => (
        <Icon
          of={known()}
          size={props.size ?? 'sm'}
          label={props.decorative === true ? undefined : planStateWords[props.state]}
        />
      )}
    </Show>
  )
}
