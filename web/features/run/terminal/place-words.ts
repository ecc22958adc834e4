import { hasEnded, type Run } from '#shared/domain/run.ts'
import type { Runner } from '#shared/domain/team.ts'
import type { TerminalPlace } from '#shared/protocol/terminal.ts'
import { terminalWords } from '../../../words/terminal.ts'

/**
 * Why no terminal can be opened; empty where one can. This page's server process sees only the runners that are connected to itself: one that the team's rows
 * call connected is at another process.
 */
export function placeWords(
  place: TerminalPlace | undefined,
  run: Pick<Run, 'state' | 'runnerId'>,
  runners: readonly Pick<Runner, 'id' | 'connected'>[],
): string {
  if (place === undefined) return ''
  if (place === 'away' && !hasEnded(run.state)) return terminalWords.place.starting
  const isElsewhere = place === 'no_runner' && runners.some(({ id, connected }) => id === run.runnerId && connected)
  return isElsewhere ? terminalWords.elsewhere : terminalWords.place[place]
}
