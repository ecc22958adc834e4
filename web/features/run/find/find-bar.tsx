import { Show } from 'solid-js'
import { Button } from '../../../ui/button.tsx'
import { FindBar as Bar, findBarPart } from '../../../ui/find-bar.tsx'
import { runWords } from '../../../words/run.ts'
import { useScene } from '../scene.ts'
import type { TranscriptModel } from '../transcript/transcript-model.ts'
import type { Find } from './create-find.ts'

/** Finds words in the transcript, whose rows the browser's own search can't see: most of them are not in the page. */
export function FindBar(props: { readonly find: Find; readonly model: TranscriptModel; readonly onClose: () => void }) {
  const scene = useScene()
  const words = runWords.find
  const status = (): string => {
    if (props.find.text().trim() === '') return ''
    if (props.find.looking()) return words.looking
    return props.find.hits().length === 0 ? words.none : words.at(props.find.place(), props.find.hits().length)
  }
  return (
    <Bar
      words={words}
      text={props.find.text()}
      onText={(text) => props.find.setText(text)}
      enter="earlier"
      status={status()}
      hits={props.find.hits().length}
      onStep={(by) => props.find.step(by)}
      onClose={() => props.onClose()}
    >
      <Show when={!props.find.complete() && props.find.text().trim() !== ''}>
        <p class={findBarPart}>
          <Show
            when={!props.find.loading()}
            fallback={<span role="status">{words.loading(props.model.view()?.entries.length ?? 0)}</span>}
          >
            {words.part}
            <Show when={scene.online()}>
              <Button size="sm" tone="ghost" onClick={() => void props.find.loadAll()}>
                {words.loadAll}
              </Button>
            </Show>
          </Show>
        </p>
      </Show>
    </Bar>
  )
}
