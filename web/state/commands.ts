import type { IconNode } from 'lucide'
import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { BoundKey } from '../words/keys.ts'
import { createStrictContext } from './context.ts'

/** Something that can be done now, by the palette as well as by its own control. */
export type Command = {
  readonly id: string
  readonly title: string
  readonly icon: IconNode
  /** The key that does the same. */
  readonly key?: BoundKey | undefined
  /** Other words that people may look for. */
  readonly also?: string | undefined
  readonly act: () => void
}

/** `page`: only on the page that offers it; `app`: anywhere. */
export type CommandPlace = 'page' | 'app'

export type Commands = {
  readonly bind: (place: CommandPlace, commands: Accessor<readonly Command[]>) => () => void
  readonly of: (place: CommandPlace) => readonly Command[]
}

export const [CommandsContext, useCommandList] = createStrictContext<Commands>('Commands')

export function createCommands(): Commands {
  type Bound = { readonly place: CommandPlace; readonly commands: Accessor<readonly Command[]> }
  const [bound, setBound] = createSignal<readonly Bound[]>([])
  return {
    bind(place, commands) {
      const one = { place, commands }
      setBound((before) => [...before, one])
      return () => setBound((before) => before.filter((other) => other !== one))
    },
    of: (place) => bound().flatMap((one) => (one.place === place ? one.commands() : [])),
  }
}

/** Offers these while the caller is mounted: `useCommands(() => [{ id: 'run.stop', … }])`. */
export function useCommands(commands: Accessor<readonly Command[]>, place: CommandPlace = 'page'): void {
  onCleanup(useCommandList().bind(place, commands))
}
