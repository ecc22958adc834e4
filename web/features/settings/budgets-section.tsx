import { Trash2 } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { Budgets, limitOf, noBudgets, type BudgetScope } from '#shared/domain/budget.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../state/query.ts'
import { useTeamData } from '../../state/team-data.ts'
import { usdOf } from '../../state/usd.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { budgetWords } from '../../words/budgets.ts'
import { moneyWords } from '../../words/money.ts'
import { settingsWords } from '../../words/settings.ts'
import { PricesSection } from './prices-section.tsx'
import { Problem, Saved, Section } from './section.tsx'
import styles from './settings.module.css'
import { useChange } from './use-change.ts'

/** What runs, people and the team may spend. */
export function BudgetsSection() {
  const data = useTeamData()
  const manages = () => canManageTeam(data.me()?.role)
  const row = useQuery(() => (tx) => getRow(tx, keys.budgets, Budgets), { key: null })
  const budgets = (): Budgets => row.value ?? noBudgets
  const nameOf = (id: UserId): string => data.members.get(keys.member(id))?.name ?? budgetWords.somebody
  return (
    <>
      <Section
        title={budgetWords.title}
        text={manages() ? budgetWords.text : `${budgetWords.text} ${budgetWords.onlyAdmins}`}
      >
        <Show when={row.loaded}>
          <LimitForm
            scope={{ kind: 'run' }}
            label={budgetWords.run}
            hint={budgetWords.runHint}
            budgets={budgets()}
            disabled={!manages()}
          />
          <LimitForm
            scope={{ kind: 'month' }}
            label={budgetWords.month}
            hint={budgetWords.monthHint}
            budgets={budgets()}
            disabled={!manages()}
          />
          <LimitForm
            scope={{ kind: 'person' }}
            label={budgetWords.person}
            hint={budgetWords.personHint}
            budgets={budgets()}
            disabled={!manages()}
          />
        </Show>
      </Section>
      <People budgets={budgets()} manages={manages()} nameOf={nameOf} />
      <PricesSection manages={manages()} />
      <Show when={budgets().changes.length > 0}>
        <Section title={budgetWords.changes}>
          <ul class={styles.rows}>
            <For each={budgets().changes.slice(0, 20)}>
              {(change) => (
                <li class={styles.row}>
                  <span class={styles.rowMain}>
                    {budgetWords.changed(
                      nameOf(change.by),
                      change.scope.kind === 'person' && change.scope.userId !== undefined
                        ? budgetWords.scopeOf(nameOf(change.scope.userId))
                        : budgetWords.scopes[change.scope.kind],
                      change.usd === undefined ? undefined : moneyWords(change.usd),
                    )}
                    <span class={styles.rowMeta}>
                      <Time at={change.at} form="when" />
                    </span>
                  </span>
                </li>
              )}
            </For>
          </ul>
        </Section>
      </Show>
    </>
  )
}

function LimitForm(props: {
  readonly scope: BudgetScope
  readonly label: string
  readonly hint?: string
  readonly budgets: Budgets
  readonly disabled: boolean
}) {
  const workspace = useWorkspace()
  const change = useChange()
  const [typed, setTyped] = createSignal<string>()
  const set = () => limitOf(props.budgets, props.scope)
  const shown = () => typed() ?? (set() === undefined ? '' : String(set()))

  const handleSubmit = (event: Event): void => {
    event.preventDefault()
    const usd = shown().trim() === '' ? null : usdOf(shown())
    if (usd === undefined) return change.object(budgetWords.amount)
    void change.run(workspace.mutate.setBudget({ scope: props.scope, usd })).then((done) => done && setTyped(undefined))
  }

  return (
    <form class={styles.form} onSubmit={handleSubmit} onInput={change.reset} noValidate>
      <TextInput
        label={props.label}
        hint={props.hint}
        error={change.problem()}
        inputmode="decimal"
        autocomplete="off"
        placeholder={budgetWords.none}
        disabled={props.disabled}
        value={shown()}
        onChange={setTyped}
      />
      <Show when={!props.disabled && (typed() !== undefined || change.saved())}>
        <div class={styles.actions}>
          <Button type="submit" size="lg">
            {settingsWords.save}
          </Button>
          <Saved text={change.saved() ? settingsWords.saved : undefined} />
        </div>
      </Show>
    </form>
  )
}

function People(props: {
  readonly budgets: Budgets
  readonly manages: boolean
  readonly nameOf: (id: UserId) => string
}) {
  const data = useTeamData()
  const workspace = useWorkspace()
  const change = useChange()
  const [person, setPerson] = createSignal('')
  const [typed, setTyped] = createSignal('')
  const people = () => props.budgets.people ?? []
  const others = () =>
    data.members
      .all()
      .filter(({ userId }) => !people().some((one) => one.userId === userId))
      .map(({ userId, name }) => ({ value: String(userId), label: name }))
  const chosen = () => (others().some(({ value }) => value === person()) ? person() : (others()[0]?.value ?? ''))
  const set = (userId: UserId, usd: number | null) =>
    change.run(workspace.mutate.setBudget({ scope: { kind: 'person', userId }, usd }))

  const handleSubmit = (event: Event): void => {
    event.preventDefault()
    const usd = usdOf(typed())
    if (usd === undefined) return change.object(budgetWords.amount)
    void set(UserId.parse(chosen()), usd).then((done) => done && setTyped(''))
  }

  return (
    <Show when={people().length > 0 || (props.manages && others().length > 0)}>
      <Section title={budgetWords.people}>
        <Show when={people().length > 0}>
          <ul class={styles.rows}>
            <For each={people()}>
              {(one) => (
                <li class={styles.row}>
                  <span class={styles.rowMain}>
                    <span class={styles.rowTitle}>{budgetWords.ofPerson(props.nameOf(one.userId))}</span>
                    <span class={styles.rowMeta}>{moneyWords(one.usd)}</span>
                  </span>
                  <Show when={props.manages}>
                    <span class={styles.rowActions}>
                      <Button
                        tone="ghost"
                        icon={Trash2}
                        aria-label={budgetWords.remove(budgetWords.ofPerson(props.nameOf(one.userId)))}
                        onClick={() => void set(one.userId, null)}
                      />
                    </span>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={props.manages && others().length > 0}>
          <form class={styles.form} onSubmit={handleSubmit} onInput={change.reset} noValidate>
            <Select label={budgetWords.choosePerson} choices={others()} value={chosen()} onChange={setPerson} />
            <TextInput
              label={budgetWords.person}
              error={change.problem()}
              inputmode="decimal"
              autocomplete="off"
              value={typed()}
              onChange={setTyped}
            />
            <div class={styles.actions}>
              <Button type="submit" size="lg">
                {budgetWords.addPerson}
              </Button>
              <Saved text={change.saved() ? settingsWords.saved : undefined} />
            </div>
          </form>
        </Show>
        <Show when={!props.manages}>
          <Problem text={change.problem()} />
        </Show>
      </Section>
    </Show>
  )
}
