import { For } from 'solid-js'
import type { Task, TaskStatus } from '#shared/domain/run.ts'
import { runWords } from '../../words/run.ts'
import styles from './tasks-bar.module.css'

/** One piece for each task, in the order of the list. Above forty the pieces would be hairs: shares are drawn instead. */
export function TasksBar(props: { readonly tasks: readonly Task[]; readonly small?: boolean | undefined }) {
  const summary = () => countTasks(props.tasks)
  return (
    <span
      class={styles.bar}
      data-small={props.small ? '' : undefined}
      role="img"
      aria-label={runWords.tasks.spoken(summary().done, props.tasks.length, summary().waits)}
    >
      <For
        each={
          props.tasks.length > 40 ? shares(props.tasks) : props.tasks.map((task) => ({ status: task.status, share: 1 }))
        }
      >
        {(piece) => <b data-status={piece.status} style={{ 'flex-grow': piece.share }} />}
      </For>
    </span>
  )
}

export function countTasks(tasks: readonly Task[]): { readonly done: number; readonly waits: number } {
  return {
    done: tasks.filter((task) => task.status === 'completed').length,
    waits: tasks.filter((task) => task.status === 'waiting').length,
  }
}

function shares(tasks: readonly Task[]): { readonly status: TaskStatus; readonly share: number }[] {
  const order: readonly TaskStatus[] = ['completed', 'failed', 'cancelled', 'in_progress', 'waiting', 'pending']
  return order
    .map((status) => ({ status, share: tasks.filter((task) => task.status === status).length }))
    .filter((piece) => piece.share > 0)
}
