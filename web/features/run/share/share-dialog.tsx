import { Show, createSignal } from 'solid-js'
import { Button } from '../../../ui/button.tsx'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { shareWords } from '../../../words/share.ts'
import { uiWords } from '../../../words/ui.ts'
import { IntentMark } from '../permission/asks-region.tsx'
import { useScene } from '../scene.ts'
import { AddPerson, PeopleList } from './people-list.tsx'
import { RequestList } from './request-list.tsx'
import type { ShareChange, Sharing, TryTo } from './use-share.ts'
import styles from './share-dialog.module.css'

/** Whom the run is shown to: the team by its plain address, others by a link of its own. Each press is done at once. */
export function ShareDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly sharing: Sharing
  readonly teamLink: string
  readonly onFocusLost: () => void
}) {
  const [problem, setProblem] = createSignal<string>()
  const tryTo: TryTo = async (act) => {
    setProblem(undefined)
    try {
      await act()
      return true
    } catch (error) {
      setProblem(refusalText(error))
      return false
    }
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => {
        setProblem(undefined)
        props.onOpenChange(open)
      }}
      title={shareWords.title}
      size="lg"
      onFocusLost={() => props.onFocusLost()}
    >
      <div class={styles.parts}>
        <section class={styles.part} aria-labelledby="share-team">
          <h3 id="share-team" class={styles.title}>
            {shareWords.team}
          </h3>
          <p class={styles.text}>{shareWords.teamText}</p>
          <div class={styles.acts}>
            <CopyButton look="words" label={shareWords.copyTeamLink} text={props.teamLink} />
          </div>
        </section>
        <section class={styles.part} aria-labelledby="share-others">
          <h3 id="share-others" class={styles.title}>
            {shareWords.others}
          </h3>
          <Show when={props.sharing.mayChange()} fallback={<p class={styles.text}>{shareWords.notYours}</p>}>
            <Others sharing={props.sharing} tryTo={tryTo} />
          </Show>
          <Problem text={problem()} />
        </section>
      </div>
    </Dialog>
  )
}

function Others(props: { readonly sharing: Sharing; readonly tryTo: TryTo }) {
  const share = () => props.sharing.share()
  const change = (what: ShareChange): Promise<boolean> => {
    const { sharing, tryTo } = props
    return tryTo(() => sharing.change(what))
  }
  return (
    <>
      <p class={styles.text}>{shareWords.warning}</p>
      <Show when={(share()?.requests.length ?? 0) > 0}>
        <RequestList requests={share()?.requests ?? []} tryTo={props.tryTo} />
      </Show>
      <Switch
        label={shareWords.anyone}
        hint={shareWords.anyoneHint}
        checked={share()?.anyone ?? false}
        onChange={(anyone) => void change({ anyone })}
      />
      <AddPerson onAdd={(person) => change({ person })} />
      <Show when={(share()?.people.length ?? 0) > 0}>
        <PeopleList
          people={share()?.people ?? []}
          onChange={(person) => void change({ person })}
          onRemove={(remove) => void change({ remove })}
        />
      </Show>
      <Show when={props.sharing.link()}>
        {(link) => (
          <>
            <div class={styles.link}>
              <code class={styles.address} aria-label={shareWords.link}>
                {link()}
              </code>
              <CopyButton look="words" tone="ink" label={shareWords.copyLink} text={link()} />
            </div>
            <Show when={props.sharing.isLocal()}>
              <p class={styles.waits} role="status">
                <IntentMark state="local" /> {shareWords.linkWaits}
              </p>
            </Show>
            <StopSharing tryTo={props.tryTo} />
          </>
        )}
      </Show>
    </>
  )
}

/** Asks first, in its place: there is a dialog around it already. */
function StopSharing(props: { readonly tryTo: TryTo }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const [asking, setAsking] = createSignal(false)
  let keep: HTMLButtonElement | undefined
  return (
    <Show
      when={asking()}
      fallback={
        <div class={styles.acts}>
          <Button
            tone="danger"
            onClick={() => {
              setAsking(true)
              queueMicrotask(() => keep?.focus())
            }}
          >
            {shareWords.stop}
          </Button>
        </div>
      }
    >
      <div class={styles.sure} role="group" aria-label={shareWords.stop}>
        <p class={styles.text}>{shareWords.stopText}</p>
        <div class={styles.acts}>
          <Button ref={keep} onClick={() => setAsking(false)}>
            {uiWords.cancel}
          </Button>
          <Button
            tone="danger"
            onClick={() => void props.tryTo(() => workspace.mutate.stopSharing({ runId: scene.runId }))}
          >
            {shareWords.stop}
          </Button>
        </div>
      </div>
    </Show>
  )
}
