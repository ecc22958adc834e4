import type { DisplayState, IntentState } from '#shared/domain/run.ts'

/** The words of the six states (DESIGN-LANGUAGE, status vocabulary). */
export const stateWords: Record<DisplayState, string> = {
  queued: 'Queued',
  working: 'Working',
  needs: 'Needs you',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** The six states where only letters can be drawn: the window's title. Each has its own shape there too. */
const stateSigns: Record<DisplayState, string> = {
  queued: '◌',
  working: '◔',
  needs: '◆',
  done: '✓',
  failed: '✕',
  cancelled: '⊖',
}

export function titleWithSign(title: string, state: DisplayState): string {
  return `${stateSigns[state]} ${title}`
}

/** `local` is known to the device alone. */
export type ShownIntent = IntentState | 'local'

/** Where an intent stands, in a word. A phone says phone. */
export function intentWord(state: ShownIntent, phone: boolean): string {
  switch (state) {
    case 'local':
      return phone ? 'On this phone' : 'On this device'
    case 'accepted':
      return 'Sent'
    case 'delivered':
      return 'Delivered'
    case 'done':
      return 'Done'
    case 'refused':
      return 'Refused'
  }
}
