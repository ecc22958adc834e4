import { Show } from 'solid-js'
import { useKeys } from '../../../state/keyboard.ts'
import { FindBar } from '../../../ui/find-bar.tsx'
import { planWords } from '../../../words/plan.ts'
import type { PlanFind } from '../editor/find-in-plan.ts'

const words = planWords.find

/** Finds words in the text: the key opens it from anywhere on the page. */
export function PlanFindBar(props: { readonly find: PlanFind; readonly mayFind: boolean }) {
  let bar: HTMLDivElement | undefined
  useKeys({
    'Mod+f': () => {
      // Pressed once more, it is the browser's.
      if (document.querySelector('[role="dialog"]') !== null || bar?.contains(document.activeElement)) return false
      if (!props.mayFind) return false
      props.find.open()
      bar?.querySelector('input')?.select()
      return true
    },
  })
  const status = () => {
    if (props.find.text().trim() === '') return ''
    return props.find.hits() === 0 ? words.none : words.at(props.find.place(), props.find.hits())
  }
  return (
    <Show when={props.find.isOpen()}>
      <div ref={bar}>
        <FindBar
          words={words}
          text={props.find.text()}
          onText={(text) => props.find.setText(text)}
          enter="later"
          status={status()}
          hits={props.find.hits()}
          onStep={(by) => props.find.step(by)}
          onClose={() => props.find.close()}
        />
      </div>
    </Show>
  )
}
