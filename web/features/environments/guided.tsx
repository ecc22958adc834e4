import { ScanSearch } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import { request } from '../../state/account-api.ts'
import { useStatus } from '../../state/sync-status.ts'
import { Button } from '../../ui/button.tsx'
import { environmentWords } from '../../words/environments.ts'
import { checkForm, withProposal, type EnvironmentForm } from './environment-form.ts'
import { Section } from './environment-fields.tsx'
import styles from './environments.module.css'

/** Somewhat longer than the server waits for the machine. */
const patienceMs = 130_000

/** A machine looks into the repositories of the form; what it proposes goes into the form only when its person says so. */
export function Guided(props: {
  readonly form: EnvironmentForm
  readonly onChange: (changed: Partial<EnvironmentForm>) => void
}) {
  const words = environmentWords.guided
  const status = useStatus()
  const [looking, setLooking] = createSignal(false)
  const [proposal, setProposal] = createSignal<EnvironmentProposal>()
  const [said, setSaid] = createSignal<string>()
  const [taken, setTaken] = createSignal(false)

  const look = async (): Promise<void> => {
    if (looking()) return
    setSaid(undefined)
    setTaken(false)
    const found = checkForm({ ...props.form, name: 'look', commands: [], variables: [] })
    const repositories = found.ok ? found.value.repositories : []
    const wrong = found.ok ? undefined : found.error.find(({ field }) => field === 'repositories')?.text
    if (wrong !== undefined || repositories.length === 0) {
      setSaid(wrong ?? words.noRepository)
      return
    }
    setLooking(true)
    const answer = await request(EnvironmentProposal, 'POST', '/environments/inspect', { repositories }, { patienceMs })
    setLooking(false)
    if (answer.ok) setProposal(answer.value)
    else setSaid(answer.error.error)
  }
  const take = (from: EnvironmentProposal): void => {
    const { image, commands, variables } = withProposal(props.form, from)
    props.onChange({ image, commands, variables })
    setTaken(true)
  }

  const build = ({ repository, file }: EnvironmentProposal['dockerfiles'][number]): void => {
    const place = props.form.repositories.findIndex(({ url }) => url.trim() === repository)
    props.onChange({ image: '', dockerfile: file, dockerfileIn: Math.max(0, place) })
    setTaken(true)
  }

  return (
    <div class={styles.panel}>
      <h2 class={styles.panelTitle}>{words.title}</h2>
      <p class={styles.text}>{words.text}</p>
      <div class={styles.line}>
        <Button
          icon={ScanSearch}
          disabled={status().connection === 'offline'}
          aria-busy={looking()}
          onClick={() => void look()}
        >
          {words.act}
        </Button>
        <span role="status" class={styles.why}>
          {looking() ? words.looking : taken() ? words.taken : status().connection === 'offline' ? words.offline : ''}
        </span>
      </div>
      <p class={styles.said} role="alert">
        {said()}
      </p>
      <Show when={proposal()}>
        {(seen) => (
          <>
            <Show when={seen().found.length > 0} fallback={<p class={styles.text}>{words.nothing}</p>}>
              <Section title={words.found}>
                <ul class={styles.proposal}>
                  <For each={seen().found}>
                    {(one) => (
                      <li>
                        <code>{one.file}</code>
                        <span class={styles.why}>{one.text}</span>
                      </li>
                    )}
                  </For>
                </ul>
              </Section>
              <Section title={words.proposed}>
                <ul class={styles.proposal}>
                  <Show when={seen().image}>
                    {(image) => <Proposed kind={words.image} text={image().name} why={image().why} />}
                  </Show>
                  <For each={seen().commands}>
                    {(one) => <Proposed kind={words.command} text={one.command} why={one.why} />}
                  </For>
                  <For each={seen().variables}>
                    {(one) => <Proposed kind={words.variable} text={`${one.name}=${one.value}`} why={one.why} />}
                  </For>
                </ul>
                <Button tone="ink" class={styles.add} onClick={() => take(seen())}>
                  {words.take}
                </Button>
              </Section>
            </Show>
            <Show when={seen().unmapped.length + seen().dockerfiles.length > 0}>
              <Section title={words.unmapped}>
                <ul class={styles.proposal}>
                  <For each={seen().unmapped}>
                    {(one) => (
                      <li>
                        <code>{one.file}</code>
                        <span class={styles.why}>{one.text}</span>
                      </li>
                    )}
                  </For>
                  <For each={seen().dockerfiles}>
                    {(one) => (
                      <li>
                        <code>{one.file}</code>
                        <span class={styles.why}>{words.dockerfile}</span>
                        <Button class={styles.add} onClick={() => build(one)}>
                          {words.useDockerfile(one.file)}
                        </Button>
                      </li>
                    )}
                  </For>
                </ul>
              </Section>
            </Show>
          </>
        )}
      </Show>
    </div>
  )
}

function Proposed(props: { readonly kind: string; readonly text: string; readonly why: string }) {
  return (
    <li>
      <span class={styles.why}>
        {props.kind}: {props.why}
      </span>
      <code>{props.text}</code>
    </li>
  )
}
