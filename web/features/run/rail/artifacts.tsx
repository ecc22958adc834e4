import { For, Show } from 'solid-js'
import type { Artifact } from '#shared/domain/transcript.ts'
import { Icon } from '../../../ui/icon.tsx'
import { PullWords } from '../../../ui/pull-words.tsx'
import { RailSection, railStyles } from '../../../ui/rail/rail.tsx'
import { bytesWords, runWords } from '../../../words/run.ts'
import { ArtifactLink, artifactIcon } from '../artifact-link.tsx'
import { useScene } from '../scene.ts'
import { useFreshPulls } from './use-fresh-pulls.ts'
import styles from './run-rail.module.css'

/** What came of the run. Pull requests say how they stand, and are looked at anew while somebody looks at them here. */
export function Artifacts(props: { readonly artifacts: readonly Artifact[] }) {
  const scene = useScene()
  useFreshPulls({
    runId: scene.runId,
    artifacts: () => props.artifacts,
    on: () => !scene.guest && scene.online(),
  })
  const detail = (artifact: Artifact): string =>
    artifact.detail ?? (artifact.bytes === undefined ? '' : bytesWords(artifact.bytes))
  return (
    <RailSection title={runWords.artifact.title}>
      <ul class={styles.links}>
        <For each={props.artifacts}>
          {(artifact) => (
            <li>
              <Icon of={artifactIcon(artifact.kind)} size="sm" />
              <ArtifactLink artifact={artifact} />
              <span class={railStyles.end}>
                {detail(artifact)}
                <Show when={artifact.pull}>
                  {(pull) => (
                    <>
                      <Show when={detail(artifact) !== ''}>{' · '}</Show>
                      <PullWords pull={pull()} />
                    </>
                  )}
                </Show>
              </span>
            </li>
          )}
        </For>
      </ul>
    </RailSection>
  )
}
