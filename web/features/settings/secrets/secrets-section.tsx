import { KeyRound, Plus } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { canHaveSecrets, canManageSecrets } from '#shared/domain/policies.ts'
import type { Secret, SecretOwner } from '#shared/domain/secret.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useSecrets, type Secrets } from '../../../state/secrets.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { secretWords as words } from '../../../words/secrets.ts'
import { Problem, Section } from '../section.tsx'
import settings from '../settings.module.css'
import { DescribeDialog } from './describe-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { SecretRow } from './secret-row.tsx'
import styles from './secrets.module.css'

/** The team's secrets and one's own: what there is, never what it says. */
export function SecretsSection() {
  const data = useTeamData()
  const secrets = useSecrets()
  return (
    <>
      <Show when={secrets.loaded() && secrets.key() === undefined}>
        <p class={settings.note}>{words.noKey}</p>
      </Show>
      <SecretList
        secrets={secrets}
        owner="team"
        rows={secrets.team()}
        mayChange={canManageSecrets(data.me()?.role)}
        title={words.team}
        text={words.teamText}
        none={words.noneTeam}
      />
      <Show when={canHaveSecrets(data.me()?.role)}>
        <SecretList
          secrets={secrets}
          owner="person"
          rows={secrets.own()}
          mayChange
          title={words.own}
          text={words.ownText}
          none={words.noneOwn}
        />
      </Show>
    </>
  )
}

type Doing = { readonly what: 'replace' | 'describe' | 'delete'; readonly secret: Secret }

function SecretList(props: {
  readonly secrets: Secrets
  readonly owner: SecretOwner
  readonly rows: readonly Secret[]
  readonly mayChange: boolean
  readonly title: string
  readonly text: string
  readonly none: string
}) {
  const [adding, setAdding] = createSignal(false)
  const [doing, setDoing] = createSignal<Doing>()
  const [problem, setProblem] = createSignal<string>()
  const done = (): void => {
    setDoing(undefined)
  }
  const is = (what: Doing['what']) => {
    const now = doing()
    return now?.what === what ? now.secret : undefined
  }
  const remove = async (secret: Secret): Promise<void> => {
    try {
      await props.secrets.remove(secret)
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  return (
    <Section
      title={props.title}
      text={props.text}
      action={
        <Show when={props.mayChange && props.secrets.key() !== undefined}>
          <Button size="lg" tone="ink" icon={Plus} onClick={() => setAdding(true)}>
            {props.owner === 'team' ? words.add : words.addOwn}
          </Button>
        </Show>
      }
    >
      <Problem text={problem()} />
      <Show
        when={props.rows.length > 0}
        fallback={
          <Show when={props.secrets.loaded()}>
            <p class={settings.empty}>{props.none}</p>
          </Show>
        }
      >
        <ul class={settings.rows}>
          <For each={props.rows}>
            {(secret) => (
              <SecretRow
                secret={secret}
                icon={KeyRound}
                mayChange={props.mayChange}
                onAct={(what) => setDoing({ what, secret })}
              />
            )}
          </For>
        </ul>
      </Show>
      <Show when={adding()}>
        <SecretDialog secrets={props.secrets} owner={props.owner} onClose={() => setAdding(false)} />
      </Show>
      <Show when={is('replace')} keyed>
        {(secret) => <SecretDialog secrets={props.secrets} owner={props.owner} of={secret} onClose={done} />}
      </Show>
      <Show when={is('describe')} keyed>
        {(secret) => <DescribeDialog secrets={props.secrets} of={secret} onClose={done} />}
      </Show>
      <Show when={is('delete')} keyed>
        {(secret) => (
          <ConfirmDialog
            open
            onOpenChange={done}
            title={words.deleteTitle(secret.name)}
            description={<Uses secrets={props.secrets} of={secret} />}
            confirm={words.delete}
            tone="danger"
            onConfirm={() => void remove(secret)}
          />
        )}
      </Show>
    </Section>
  )
}

/** Named in a warning; of more it says how many. */
const namedUses = 6

function Uses(props: { readonly secrets: Secrets; readonly of: Secret }) {
  const uses = () => props.secrets.usesOf(props.of.name)
  return (
    <>
      <p>{words.deleteText}</p>
      <Show when={uses().length > 0} fallback={<p>{words.usedByNothing}</p>}>
        <p>{words.usedBy}</p>
        <ul class={styles.uses}>
          <For each={uses().slice(0, namedUses)}>{(use) => <li>{words[use.kind](use.name)}</li>}</For>
          <Show when={uses().length > namedUses}>
            <li>{words.moreUses(uses().length - namedUses)}</li>
          </Show>
        </ul>
      </Show>
    </>
  )
}
