import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { AgentTerminals } from '../../terminals/agent-terminals.ts'
import type { Place } from '../inside/place.ts'
import { placeOf } from '../inside/place.ts'
import type { InTurn } from './in-turn.ts'
import { failed, type CallContext, type ToolAnswer } from './tool.ts'

/** What the tools of a session work with. */
export interface Around {
  readonly sandbox: Sandbox
  /** Folder of long outputs, in the sandbox. */
  readonly outputs: string
  /** Instructions for agents that lie beside a file, told once in a session. */
  rulesFor(place: Place, signal: AbortSignal): Promise<string>
  /** Two changes of one file come one after the other. */
  readonly inTurn: InTurn
  /** Absent: it has none. */
  readonly terminals?: AgentTerminals | undefined
}

/**
 * Where a path of the model leads. One that leads out of the workspace is asked about; so a link in a repository reaches nothing by itself.
 * @returns an answer where it may not be used.
 */
export async function enter(
  { sandbox, outputs }: Pick<Around, 'sandbox' | 'outputs'>,
  path: string,
  call: CallContext,
  doing: string,
): Promise<{ place: Place } | { answer: ToolAnswer }> {
  const place = await placeOf({ sandbox, outputs }, path, call.signal)
  if (typeof place === 'string') return { answer: failed(place) }
  if (place.isInside) return { place }
  const leads = place.real === place.path ? '' : `, which leads to ${place.real}`
  const answer = await call.ask({
    title: `${doing} ${place.path}${leads}, outside the workspace`,
    rawInput: { path: place.path, leadsTo: place.real },
  })
  return answer === undefined ? { place } : { answer }
}
