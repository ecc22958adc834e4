import { Link } from '@tanstack/solid-router'
import { NotebookText, X } from 'lucide'
import { Match, Show, Switch } from 'solid-js'
import type { PlanChoice, ReadChoice } from '../../state/plan-choice.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { newRunWords } from '../../words/new-run.ts'
import { planCommitWords } from '../../words/plan-commit.ts'
import styles from './from-plan.module.css'

const words = newRunWords.plan

/** The plan, or the part of one, that the run will execute. */
export function FromPlan(props: {
  readonly choice: PlanChoice
  /** `undefined`: it is being read. */
  readonly read: ReadChoice | undefined
  readonly onLeave: () => void
}) {
  const plan = () => (props.read?.outcome === 'read' ? props.read.plan : undefined)
  const trouble = () => {
    const { read } = props
    return read === undefined || read.outcome === 'read' ? undefined : words.trouble[read.outcome]
  }
  const part = () => {
    const known = plan()
    if (known === undefined) return undefined
    if (props.choice.commit !== undefined) {
      const { path, branch } = props.choice.commit
      return planCommitWords.where(path, branch)
    }
    if (props.choice.scope.kind === 'steps') return words.chosen(props.choice.scope.ids.length, known.part ?? '')
    return known.part
  }
  return (
    <section
      class={styles.plan}
      aria-label={
        props.choice.commit !== undefined
          ? planCommitWords.label
          : props.choice.comments
            ? words.commentsLabel
            : words.label
      }
      data-trouble={trouble() === undefined ? undefined : ''}
    >
      <Icon of={NotebookText} />
      <div class={styles.what}>
        <Switch>
          <Match when={trouble()}>{(text) => <p role="alert">{text()}</p>}</Match>
          <Match when={plan()}>
            {(known) => (
              <>
                <Link
                  to="/plans/$planId"
                  params={{ planId: props.choice.planId }}
                  search={props.choice.scope.kind === 'section' ? { section: props.choice.scope.id } : {}}
                  class={styles.title}
                  dir="auto"
                >
                  {known().title}
                </Link>
                <p class={styles.part}>
                  <Show when={part()}>{(name) => <span dir="auto">{name()}</span>}</Show>
                  <Show when={props.choice.commit === undefined}>
                    <span>
                      {props.choice.comments ? words.comments : words.steps(known().steps.open, known().steps.total)}
                    </span>
                  </Show>
                </p>
              </>
            )}
          </Match>
          <Match when={true}>
            <p class={styles.part}>{words.reading}</p>
          </Match>
        </Switch>
      </div>
      <IconButton icon={X} label={words.leave} onClick={() => props.onLeave()} />
    </section>
  )
}
