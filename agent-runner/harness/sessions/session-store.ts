import type { NotRestored } from '#shared/domain/snapshot.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { CarriedFile } from '../../snapshot/content.ts'

/** Where a harness keeps its conversations: how one is taken out of a home folder, and put into another's, on another machine. */
export interface SessionStore {
  /** It is the harness that is asked, which takes seconds. Absent: only files are read. */
  readonly asksHarness?: true
  /** @returns `undefined` where it is not there, or can't be carried: its harness is told the transcript then. */
  take(place: SessionPlace): Promise<CarriedFile[] | undefined>
  /** What comes is a stranger's: names are made or checked here. @returns what could not be brought. */
  bring(place: SessionPlace, files: readonly CarriedFile[]): Promise<NotRestored[]>
}

export interface SessionPlace {
  /** As the harness names it. */
  readonly id: string
  /** The home folder, as this machine has it. */
  readonly home: string
  /** Where the harness works, as it sees it. */
  readonly workspace: string
  /** Executes what is the harness's own to do; absent where it is not started. */
  readonly sandbox?: Sandbox
}

/** Ids of sessions stand in the names of files, and in patterns for them. */
export function isPlainId(id: string): boolean {
  return /^[A-Za-z0-9][\w-]{3,199}$/.test(id)
}
