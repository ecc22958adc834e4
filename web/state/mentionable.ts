import type { WorkspacePaths } from '#shared/domain/workspace-paths.ts'
import type { Blobs } from './blobs.ts'

/** Something that can stand in a message; `text` is what is written for it. */
export type MentionItem = {
  readonly key: string
  readonly title: string
  readonly hint: string
  readonly text: string
  readonly kind: 'plan' | 'file' | 'folder' | 'symbol' | 'run' | 'command' | 'page'
  readonly group: string
}

/** A command that an agent, or the set-up, has executed. `n`: of its entry. */
export type CommandBlock = { readonly n: number; readonly command: string; readonly exitCode: number | undefined }

/** What can be mentioned beside plans and runs, where there is any. */
export type Mentionable = {
  /** The run that is written to: it is not offered itself. */
  readonly runId?: string | undefined
  readonly paths: () => WorkspacePaths | undefined
  readonly blobs: Pick<Blobs, 'bytes'>
  /** Files that come first while nothing is typed. */
  readonly recent?: (() => readonly string[]) | undefined
  /** Newest first. */
  readonly commands?: (() => readonly CommandBlock[]) | undefined
}
