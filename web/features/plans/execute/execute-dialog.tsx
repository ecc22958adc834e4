import { useNavigate } from '@tanstack/solid-router'
import { For, Match, Show, Switch, createEffect, createMemo, createSignal, on } from 'solid-js'
import { chosenStepsLimit, type PlanScope } from '#shared/domain/plan-run.ts'
import type { PlanId } from '#shared/ids.ts'
import { searchOf } from '../../../state/plan-choice.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { Select } from '../../../ui/select.tsx'
import { planWords } from '../../../words/plan.ts'
import { uiWords } from '../../../words/ui.ts'
import type { Section } from '../editor/reading.ts'
import type { PlanParts } from './read-parts.ts'
import styles from './execute-dialog.module.css'

const words = planWords.execute

/** What of the plan a run is to do; who does it, and where, is the next page's question. */
export function ExecuteDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly planId: PlanId
  /** The part that is looked at. */
  readonly current: string | undefined
  /** Called when the dialog opens: what is chosen must not move under the hand. */
  readonly read: () => PlanParts | undefined
}) {
  const navigate = useNavigate()
  const [kind, setKind] = createSignal<PlanScope['kind']>('whole')
  const [section, setSection] = createSignal('')
  const [read, setRead] = createSignal<PlanParts>()
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set())
  const sections = createMemo(() => (read()?.reading.sections ?? []).filter(({ key }) => !key.startsWith('at-')))
  const named = createMemo(() => (read()?.steps ?? []).filter((step) => step.id !== null && step.text !== ''))

  createEffect(
    on(
      () => props.open,
      (open) => {
        if (!open) return
        setRead(props.read())
        setChosen(new Set<string>())
        const here = sections().find(({ key }) => key === props.current)
        setSection(here?.key ?? sections()[0]?.key ?? '')
        setKind(here !== undefined && here.steps.done < here.steps.total ? 'section' : 'whole')
      },
    ),
  )
  const scope = (): PlanScope | undefined => {
    switch (kind()) {
      case 'whole':
        return { kind: 'whole' }
      case 'section':
        return section() === '' ? undefined : { kind: 'section', id: section() }
      case 'steps': {
        const ids = named().flatMap(({ id }) => (id !== null && chosen().has(id) ? [id] : []))
        return ids.length === 0 || ids.length > chosenStepsLimit ? undefined : { kind: 'steps', ids }
      }
    }
  }
  const go = (): void => {
    const what = scope()
    if (what === undefined) return
    props.onOpenChange(false)
    void navigate({ to: '/new', search: searchOf({ planId: props.planId, scope: what }) })
  }
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(chosen())
    if (on) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  const all = () => read()?.reading.steps ?? { done: 0, total: 0 }

  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={words.title}
      description={words.text}
      size="lg"
      footer={
        <>
          <Button size="lg" onClick={() => props.onOpenChange(false)}>
            {uiWords.cancel}
          </Button>
          <Button size="lg" tone="ink" disabled={scope() === undefined} onClick={go}>
            {words.next}
          </Button>
        </>
      }
    >
      <div class={styles.parts}>
        <RadioCards
          label={words.what}
          choices={[
            { value: 'whole' as const, label: words.whole, hint: words.left(all().done, all().total) },
            {
              value: 'section' as const,
              label: words.section,
              hint: sections().length === 0 ? words.noSections : words.sectionHint,
              disabled: sections().length === 0,
            },
            {
              value: 'steps' as const,
              label: words.steps,
              hint: named().length === 0 ? words.noSteps : words.stepsHint,
              disabled: named().length === 0,
            },
          ]}
          value={kind()}
          onChange={setKind}
        />
        <Switch>
          <Match when={kind() === 'section'}>
            <Select
              label={words.section}
              choices={sections().map((one) => ({ value: one.key, label: labelOf(one), hint: hintOf(one) }))}
              value={section()}
              onChange={setSection}
            />
          </Match>
          <Match when={kind() === 'steps'}>
            <fieldset class={styles.steps}>
              <legend class={styles.legend}>{words.steps}</legend>
              <For each={named()}>
                {(step) => (
                  <label class={styles.step} data-done={step.checked ? '' : undefined}>
                    <input
                      type="checkbox"
                      class={styles.box}
                      checked={step.id !== null && chosen().has(step.id)}
                      onChange={(event) => step.id !== null && toggle(step.id, event.currentTarget.checked)}
                    />
                    <span dir="auto">{step.text}</span>
                    <Show when={step.checked}>
                      <span class={styles.done}>{words.done}</span>
                    </Show>
                  </label>
                )}
              </For>
            </fieldset>
            <Show when={chosen().size > chosenStepsLimit}>
              <p role="alert">{words.tooMany(chosenStepsLimit)}</p>
            </Show>
          </Match>
        </Switch>
      </div>
    </Dialog>
  )
}

function labelOf({ text, level }: Section): string {
  // Select lists are flat; what lies deeper stands in.
  return `${'\u2003'.repeat(level - 1)}${text === '' ? words.nameless : text}`
}

function hintOf({ steps }: Section): string | undefined {
  return steps.total === 0 ? undefined : words.left(steps.done, steps.total)
}
