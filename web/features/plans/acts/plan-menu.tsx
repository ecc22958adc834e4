import { Archive, ArchiveRestore, Copy, FolderInput, Trash2 } from 'lucide'
import { Show } from 'solid-js'
import type { Plan } from '#shared/domain/plan.ts'
import { MenuItem, MenuSeparator } from '../../../ui/menu.tsx'
import { plansWords } from '../../../words/plans.ts'
import type { PlanActs } from './plan-acts.ts'

/** What a plan's menu offers in the list and on its page. */
export function PlanMenuItems(props: {
  readonly plan: Plan
  readonly acts: PlanActs
  readonly onDuplicate: () => void
  readonly onMove: () => void
  readonly onRemove: () => void
}) {
  const isArchived = () => props.plan.archivedAt !== undefined
  return (
    <Show when={props.acts.mayEdit()}>
      <MenuItem icon={Copy} onSelect={() => props.onDuplicate()}>
        {plansWords.duplicate}
      </MenuItem>
      <MenuItem icon={FolderInput} onSelect={() => props.onMove()}>
        {plansWords.move}
      </MenuItem>
      <MenuItem
        icon={isArchived() ? ArchiveRestore : Archive}
        onSelect={() => void props.acts.archive(props.plan, !isArchived())}
      >
        {isArchived() ? plansWords.unarchive : plansWords.archive}
      </MenuItem>
      <Show when={props.acts.mayDelete(props.plan)}>
        <MenuSeparator />
        <MenuItem icon={Trash2} tone="danger" onSelect={() => props.onRemove()}>
          {plansWords.remove}
        </MenuItem>
      </Show>
    </Show>
  )
}
