import type { Turned } from '../model/conversation.ts'
import type { OwnTask } from '../tools/tasks.ts'
import type { ModeId } from './instructions.ts'
import type { KeptSession } from './session-file.ts'

/** A conversation while it goes on. */
export interface SessionState {
  conversation: Turned[]
  tasks: readonly OwnTask[]
  mode: ModeId
  /** US dollars of the whole session; `undefined` while no price is known. */
  cost: number | undefined
  /** Rules of folders that it was told. */
  readonly rules: Set<string>
  /** Tokens of the conversation as the model counted them last, and how many messages those were. */
  counted: { tokens: number; messages: number }
}

export function newState(kept?: KeptSession): SessionState {
  return {
    conversation: [...(kept?.conversation ?? [])],
    tasks: kept?.tasks ?? [],
    mode: kept?.mode ?? 'normal',
    cost: kept?.cost,
    rules: new Set(kept?.rules),
    counted: { tokens: 0, messages: 0 },
  }
}

export function keptOf({ conversation, tasks, mode, cost, rules }: SessionState): KeptSession {
  return { conversation, tasks, mode, cost, rules: [...rules] }
}
