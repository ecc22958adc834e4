import { Show } from 'solid-js'
import { useKeyboard } from '../../state/keyboard.ts'
import { Button } from '../../ui/button.tsx'
import { keysWords } from '../../words/shell.ts'
import { thisDeviceWords } from '../../words/settings.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

/** What concerns this browser alone. */
export function DeviceSection() {
  return <KeysPart />
}

function KeysPart() {
  const keyboard = useKeyboard()
  return (
    <Section title={thisDeviceWords.keys} text={keyboard.lettersOn() ? thisDeviceWords.keysText : keysWords.turnedOff}>
      <div class={styles.actions}>
        <Button size="lg" onClick={() => keyboard.setLettersOn(!keyboard.lettersOn())}>
          <Show when={keyboard.lettersOn()} fallback={keysWords.turnOn}>
            {keysWords.turnOff}
          </Show>
        </Button>
      </div>
    </Section>
  )
}
