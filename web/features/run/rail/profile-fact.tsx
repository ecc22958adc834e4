import { Show, createSignal } from 'solid-js'
import { hasEnded } from '#shared/domain/run.ts'
import { ProfileId } from '#shared/ids.ts'
import { useIds } from '../../../state/platform.ts'
import { useProfiles } from '../../../state/profiles.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { IntentMark } from '../../../ui/intent-mark.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Select } from '../../../ui/select.tsx'
import { profileWords } from '../../../words/profiles.ts'
import { useScene } from '../scene.ts'
import styles from './run-rail.module.css'

/** What the run is worked under, and the way to another: at once for an agent that is at work, else from the next turn on. */
export function ProfileFact() {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const profiles = useProfiles()
  const [problem, setProblem] = createSignal<string>()
  const now = () => scene.run().profile
  const wanted = () => now() ?? profiles.get(scene.run().config.profileId) ?? profiles.taken()
  const choices = () => {
    const all = profiles.all().map(({ id, name }) => ({ value: String(id), label: name }))
    const current = wanted()
    // One that was deleted, or is somebody else's own, is still what the run has.
    if (current === undefined || all.some((choice) => choice.value === current.id)) return all
    return [{ value: String(current.id), label: current.name }, ...all]
  }
  const change = async (value: string): Promise<void> => {
    setProblem(undefined)
    try {
      const profileId = ProfileId.parse(value)
      await workspace.mutate.setRunProfile({ runId: scene.runId, profileId, deliveryId: ids.deliveryId() })
    } catch (error) {
      setProblem(refusalText(error))
    }
  }
  const delivery = () => (hasEnded(scene.run().state) ? undefined : now()?.delivery)
  return (
    <>
      <Show when={scene.canSteer()} fallback={wanted()?.name}>
        <Select
          label={profileWords.switch}
          labelHidden
          choices={choices()}
          value={wanted()?.id ?? ''}
          onChange={(value) => void change(value)}
        />
      </Show>
      <Show when={delivery()}>
        {(state) => (
          <span class={styles.switched}>
            <IntentMark state={state()} phone={scene.phone()} />
            <Show when={state() === 'refused'}> {profileWords.delivery.refused}</Show>
          </span>
        )}
      </Show>
      <Problem text={problem()} />
    </>
  )
}
