import { Trash2 } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { ModelPrice, listPricesOf } from '#shared/domain/model-prices.ts'
import { TeamPrices } from '#shared/domain/team-prices.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { useQuery } from '../../state/query.ts'
import { useWorkspace } from '../../state/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { TextInput } from '../../ui/field.tsx'
import { budgetWords } from '../../words/budgets.ts'
import { moneyWords } from '../../words/money.ts'
import { settingsWords } from '../../words/settings.ts'
import { Problem, Saved, Section } from './section.tsx'
import styles from './settings.module.css'
import { useChange } from './use-change.ts'

/** What models cost this team, where that is not what is published. */
export function PricesSection(props: { readonly manages: boolean }) {
  const workspace = useWorkspace()
  const change = useChange()
  const row = useQuery(() => (tx) => getRow(tx, keys.prices, TeamPrices), { key: null })
  const [typed, setTyped] = createSignal({ model: '', input: '', output: '', cached: '' })
  const type = (more: Partial<ReturnType<typeof typed>>) => setTyped({ ...typed(), ...more })

  const handleSubmit = (event: Event): void => {
    event.preventDefault()
    const { model, input, output, cached } = typed()
    const parsed = ModelPrice.safeParse({
      model: model.trim(),
      inputUsd: amountOf(input),
      outputUsd: amountOf(output),
      ...(cached.trim() === '' ? {} : { cachedUsd: amountOf(cached) ?? Number.NaN }),
    })
    if (!parsed.success) return change.object(budgetWords.priceWrong)
    const { model: id, ...price } = parsed.data
    void change
      .run(workspace.mutate.setModelPrice({ model: id, price }))
      .then((done) => done && setTyped({ model: '', input: '', output: '', cached: '' }))
  }

  return (
    <Section title={budgetWords.prices} text={budgetWords.pricesText(listPricesOf)}>
      <Show when={(row.value?.prices.length ?? 0) > 0}>
        <ul class={styles.rows}>
          <For each={row.value?.prices}>
            {(price) => (
              <li class={styles.row}>
                <span class={styles.rowMain}>
                  <span class={styles.rowTitle}>{price.model}</span>
                  <span class={styles.rowMeta}>
                    {budgetWords.priceLine(
                      moneyWords(price.inputUsd),
                      moneyWords(price.outputUsd),
                      price.cachedUsd === undefined ? undefined : moneyWords(price.cachedUsd),
                    )}
                  </span>
                </span>
                <Show when={props.manages}>
                  <span class={styles.rowActions}>
                    <Button
                      tone="ghost"
                      icon={Trash2}
                      aria-label={budgetWords.remove(price.model)}
                      onClick={() =>
                        void change.run(workspace.mutate.setModelPrice({ model: price.model, price: null }))
                      }
                    />
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.manages}>
        <form class={styles.form} onSubmit={handleSubmit} onInput={change.reset} noValidate>
          <TextInput
            label={budgetWords.model}
            hint={budgetWords.modelHint}
            limit={200}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={typed().model}
            onChange={(model) => type({ model })}
          />
          <TextInput
            label={budgetWords.input}
            hint={budgetWords.perMillion}
            inputmode="decimal"
            autocomplete="off"
            value={typed().input}
            onChange={(input) => type({ input })}
          />
          <TextInput
            label={budgetWords.output}
            inputmode="decimal"
            autocomplete="off"
            value={typed().output}
            onChange={(output) => type({ output })}
          />
          <TextInput
            label={budgetWords.cached}
            optional
            inputmode="decimal"
            autocomplete="off"
            value={typed().cached}
            onChange={(cached) => type({ cached })}
          />
          <Problem text={change.problem()} />
          <div class={styles.actions}>
            <Button type="submit" size="lg">
              {budgetWords.addPrice}
            </Button>
            <Saved text={change.saved() ? settingsWords.saved : undefined} />
          </div>
        </form>
      </Show>
    </Section>
  )
}

function amountOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(',', '.')
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined
}
