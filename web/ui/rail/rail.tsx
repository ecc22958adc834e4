import { For, Show, type JSX } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { Task } from '#shared/domain/run.ts'
import { runWords } from '../../words/run.ts'
import { StatusGlyph } from '../status-glyph.tsx'
import { taskGlyph } from './task-glyph.ts'
import { TasksBar, countTasks } from './tasks-bar.tsx'
import styles from './rail.module.css'

/** One part of what stands beside a page: hairlines separate them. */
export function RailSection(props: {
  readonly title: string
  readonly level?: 2 | 3 | undefined
  /** At the other end of the heading: a count, a sum. */
  readonly end?: JSX.Element
  readonly children: JSX.Element
}) {
  return (
    <section class={styles.section}>
      <Dynamic component={props.level === 3 ? 'h3' : 'h2'} class={styles.head}>
        {props.title}
        <Show when={props.end}>
          <span class={styles.end}>{props.end}</span>
        </Show>
      </Dynamic>
      {props.children}
    </section>
  )
}

/** `dt` and `dd` in two columns. */
export function RailFacts(props: { readonly children: JSX.Element }) {
  return <dl class={styles.facts}>{props.children}</dl>
}

/** The task list of a run. Once it has `ended`, nothing works or waits any more. */
export function RailTasks(props: {
  readonly tasks: readonly Task[]
  readonly ended: boolean
  readonly level?: 2 | 3 | undefined
}) {
  return (
    <RailSection
      title={runWords.tasks.title}
      level={props.level}
      end={runWords.tasks.progress(countTasks(props.tasks).done, props.tasks.length)}
    >
      <TasksBar tasks={props.tasks} />
      <ul class={styles.tasks}>
        <For each={props.tasks}>
          {(task) => (
            <li data-status={task.status} aria-current={isCurrent(task, props.ended) ? 'step' : undefined}>
              <StatusGlyph state={taskGlyph(task.status, props.ended)} size="sm" />
              <span dir="auto">{task.text}</span>
            </li>
          )}
        </For>
      </ul>
    </RailSection>
  )
}

export const railStyles = { section: styles.section, end: styles.end }

function isCurrent(task: Task, ended: boolean): boolean {
  return !ended && (task.status === 'in_progress' || task.status === 'waiting')
}
