import { ChevronRight } from 'lucide'
import { For, Show, createMemo } from 'solid-js'
import type { SecretName } from '#shared/domain/secret.ts'
import { useSecrets } from '../../state/secrets.ts'
import { Icon } from '../../ui/icon.tsx'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { secretWords } from '../../words/secrets.ts'
import styles from './secrets-choice.module.css'

const words = secretWords.choice

/** Which secrets the run gets: what is in its scope, a list, or none. `undefined` is the first. */
export function SecretsChoice(props: {
  readonly value: readonly string[] | undefined
  readonly onChange: (secrets: string[] | undefined) => void
}) {
  const secrets = useSecrets()
  const mode = (): 'all' | 'these' | 'none' =>
    props.value === undefined ? 'all' : props.value.length === 0 ? 'none' : 'these'
  const own = createMemo(() => new Set<string>(secrets.own().map(({ name }) => name)))
  const names = createMemo((): string[] => {
    const known: SecretName[] = [...secrets.team(), ...secrets.own()].map(({ name }) => name)
    // One that was chosen and deleted since must be seen to be taken out.
    return [...new Set<string>([...known, ...(props.value ?? [])])].toSorted()
  })
  const isKnown = (name: string): boolean => own().has(name) || secrets.team().some((one) => one.name === name)
  const toggle = (name: string, on: boolean): void => {
    const chosen = (props.value ?? []).filter((one) => one !== name)
    props.onChange(on ? [...chosen, name] : chosen)
  }
  const summary = () => (mode() === 'all' ? words.all : mode() === 'none' ? words.none : (props.value ?? []).join(', '))
  return (
    <details class={styles.secrets}>
      <summary class={styles.summary}>
        <Icon of={ChevronRight} size="sm" />
        {words.title}
        <span class={styles.chosen}>{summary()}</span>
      </summary>
      <div class={styles.inside}>
        <Show when={names().length > 0} fallback={<p class={styles.nothing}>{words.nothing}</p>}>
          <RadioCards
            label={words.label}
            choices={[
              { value: 'all', label: words.all, hint: words.allHint },
              { value: 'these', label: words.these, hint: words.theseHint },
              { value: 'none', label: words.none, hint: words.noneHint },
            ]}
            value={mode()}
            onChange={(next) => props.onChange(next === 'all' ? undefined : next === 'none' ? [] : names())}
          />
          <Show when={mode() === 'these'}>
            <fieldset class={styles.list}>
              <legend class={styles.legend}>{words.which}</legend>
              <For each={names()}>
                {(name) => (
                  <label class={styles.name}>
                    <input
                      type="checkbox"
                      checked={props.value?.includes(name) === true}
                      onChange={(event) => toggle(name, event.currentTarget.checked)}
                    />
                    <code>{name}</code>
                    <Show when={own().has(name) || !isKnown(name)}>
                      <span class={styles.nothing}>{own().has(name) ? words.own : words.gone}</span>
                    </Show>
                  </label>
                )}
              </For>
            </fieldset>
          </Show>
        </Show>
      </div>
    </details>
  )
}
