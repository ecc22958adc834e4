import { For, Show } from 'solid-js'
import type { TurnSecrets } from '#shared/domain/secret.ts'
import { RailFacts, RailSection } from '../../../ui/rail/rail.tsx'
import { secretWords } from '../../../words/secrets.ts'
import styles from './run-secrets.module.css'

const words = secretWords.rail

/** What the last turn was given, by name, and what it asked for in vain. */
export function RunSecrets(props: { readonly secrets: TurnSecrets }) {
  const own = () => props.secrets.own ?? 0
  return (
    <RailSection title={words.title}>
      <ul class={styles.names}>
        <For each={props.secrets.names}>
          {(name) => (
            <li>
              <code>{name}</code>
            </li>
          )}
        </For>
        <Show when={own() > 0}>
          <li>{words.own(own())}</li>
        </Show>
        <Show when={props.secrets.names.length + own() === 0}>
          <li>{words.none}</li>
        </Show>
      </ul>
      <Show when={props.secrets.missing}>
        {(missing) => (
          <RailFacts>
            <dt class={styles.missing}>{words.missing}</dt>
            <dd>
              <code>{missing().join(', ')}</code>
            </dd>
          </RailFacts>
        )}
      </Show>
    </RailSection>
  )
}
