import { For, Show } from 'solid-js'
import { useKeyboard } from '../../state/keyboard.ts'
import { isApple } from '../../state/platform.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { keyCaps } from '../../words/key-caps.ts'
import { keyGroups } from '../../words/keys.ts'
import { keysWords } from '../../words/shell.ts'
import styles from './keys-sheet.module.css'

/** Every key, and the switch that turns single letters off. */
export function KeysSheet(props: { readonly open: boolean; readonly onOpenChange: (open: boolean) => void }) {
  const keyboard = useKeyboard()
  return (
    <Dialog
      open={props.open}
      reading
      onOpenChange={(open) => props.onOpenChange(open)}
      title={keysWords.title}
      description={keyboard.lettersOn() ? keysWords.description : keysWords.turnedOff}
      footer={
        <Button onClick={() => keyboard.setLettersOn(!keyboard.lettersOn())}>
          <Show when={keyboard.lettersOn()} fallback={keysWords.turnOn}>
            {keysWords.turnOff}
          </Show>
        </Button>
      }
    >
      <div class={styles.groups}>
        <For each={keyGroups}>
          {(group) => (
            <section>
              <h3 class={styles.title}>{group.title}</h3>
              <dl class={styles.keys}>
                <For each={group.keys}>
                  {(row) => (
                    <div class={styles.row}>
                      <dt class={styles.does}>{row.does}</dt>
                      <dd class={styles.caps}>
                        <For each={row.bind}>
                          {(key, index) => (
                            <>
                              <Show when={index() > 0}>
                                <span class={styles.or}>{keysWords.or}</span>
                              </Show>
                              <For each={keyCaps(key, isApple)}>{(cap) => <Kbd spoken>{cap}</Kbd>}</For>
                            </>
                          )}
                        </For>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  )
}
