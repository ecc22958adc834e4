import { CircleCheck, CircleHelp, ShieldX } from 'lucide'
import { For, Match, Show, Switch, createMemo, createResource, createSignal } from 'solid-js'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { Ruling } from '#shared/permission/judge-action.ts'
import { TextArea } from '../../../ui/field.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { MachineText } from '../../../ui/text/visible.tsx'
import { profileWords } from '../../../words/profiles.ts'
import styles from './profiles.module.css'

const icons = { allow: CircleCheck, ask: CircleHelp, deny: ShieldX } as const

/** What would happen to a command under the settings as they are typed, by the judge that runners use. It comes when it is first shown. */
export function TryBox(props: { readonly profile: ProfileSnapshot }) {
  const [judge] = createResource(() => import('#shared/permission/try-command.ts'))
  const [text, setText] = createSignal('npm test && rm -rf build')
  const tried = createMemo(() => {
    const here = judge.error === undefined ? judge.latest : undefined
    return here === undefined || text().trim() === '' ? undefined : here.tryCommand(props.profile, text())
  })
  return (
    <div class={styles.try}>
      <TextArea
        label={profileWords.try.label}
        hint={profileWords.try.text}
        mono
        rows={2}
        value={text()}
        onChange={setText}
        autocapitalize="off"
        autocomplete="off"
        spellcheck={false}
      />
      <Switch>
        <Match when={judge.error !== undefined}>
          <p role="alert" class={styles.broken}>
            {profileWords.try.broken}
          </p>
        </Match>
        <Match when={judge.loading}>
          <p class={styles.meta}>{profileWords.try.loading}</p>
        </Match>
        <Match when={tried()}>
          {(found) => (
            <div role="status" class={styles.tried}>
              <p class={styles.verdict}>
                <Decision of={found().ruling.decision} />
                <Show when={found().ruling.decision !== 'allow'}>
                  <span>{found().ruling.reason}</span>
                </Show>
              </p>
              <Show when={found().parts.length > 1 || found().parts.some((part) => part.effect !== undefined)}>
                <ul class={styles.parts}>
                  <For each={found().parts}>
                    {(part) => (
                      <li>
                        <Decision of={part.decision} />
                        <span class={styles.part}>
                          <MachineText text={part.reason.part} />
                          <Show when={part.effect?.summary}>{(summary) => <span>{summary()}</span>}</Show>
                          <Show when={part.reason.by}>{(by) => <code class={styles.rule}>{by()}</code>}</Show>
                        </span>
                      </li>
                    )}
                  </For>
                </ul>
              </Show>
            </div>
          )}
        </Match>
      </Switch>
    </div>
  )
}

function Decision(props: { readonly of: Ruling['decision'] }) {
  return (
    <span class={styles.decision} data-decision={props.of}>
      <Icon of={icons[props.of]} size="sm" />
      {profileWords.try.decisions[props.of]}
    </span>
  )
}
