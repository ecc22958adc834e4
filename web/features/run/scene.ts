import type { Accessor } from 'solid-js'
import type { Attachment } from '#shared/domain/attachment.ts'
import type { HarnessOffer } from '#shared/domain/harness.ts'
import type { Run } from '#shared/domain/run.ts'
import type { RunId, UserId } from '#shared/ids.ts'
import { createStrictContext } from '../../state/context.ts'
import type { Blobs } from '../../state/blobs.ts'

/** What the team's machines say of the agent; `images` and `commands` as far as its last session told. */
export type ShownAgent = Pick<HarnessOffer, 'name' | 'letters'> & Partial<Pick<HarnessOffer, 'images' | 'commands'>>

/** A person as the run page names them. */
export type Person = { readonly id: UserId; readonly name: string; readonly hue: number; readonly isMe: boolean }

/** What every part of the run page knows of the run that it shows. */
export type Scene = {
  readonly runId: RunId
  readonly run: Accessor<Run>
  readonly agent: Accessor<ShownAgent>
  readonly me: UserId
  /** The run is shared with this person by its link: there is no app of their own around it. */
  readonly guest: boolean
  readonly blobs: Blobs
  /** May this person send, stop and answer. */
  readonly canSteer: Accessor<boolean>
  /** Those who may answer, this person first. */
  readonly answerers: Accessor<readonly Person[]>
  readonly person: (id: UserId | undefined) => Person | undefined
  /** "You", a first name, or words for somebody who left. */
  readonly callName: (id: UserId | undefined) => string
  readonly online: Accessor<boolean>
  readonly phone: Accessor<boolean>
  /** Lines that a person opened or closed, by entry; the rest follow their own rule. */
  readonly isOpen: (key: string, byDefault: boolean) => boolean
  readonly setOpen: (key: string, open: boolean) => void
  /** Shows the changes of the run, at one file if named. */
  readonly showChanges: (path?: string) => void
  /** Gives the focus to the transcript: where reading goes on after something was answered or written. */
  readonly toTranscript: () => void
  /** Puts text into the composer, after what stands there. */
  readonly compose: (text: string, attachments?: readonly Attachment[]) => void
  /** The address of an entry, to be shared. */
  readonly entryLink: (n: number) => string
}

export const [SceneContext, useScene] = createStrictContext<Scene>('Scene')
