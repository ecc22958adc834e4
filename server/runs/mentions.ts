import { omittedUnits, type BoundedText } from '#shared/domain/bounded-text.ts'
import { mentionsOf, type Mention } from '#shared/domain/mention.ts'
import { canRead } from '#shared/domain/policies.ts'
import { Run } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import { TranscriptChunk, type TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { JobStore } from '../db/job-store.ts'
import type { MessageToSend, PromptParts } from '../plans/mentions/send-plans.ts'
import { readRows } from './read-rows.ts'

/** UTF-16 units of what goes along of one run, or of one command's output. */
export const mentionedLimit = 6_000
/** Chunks, from the end, in which the last words of a run are looked for. */
const lastChunks = 5

export type MentionDeps = {
  readonly store: Pick<SpaceStore, 'read'>
  readonly jobs: Pick<JobStore, 'chunkFirsts'>
  readonly onError: (error: unknown) => void
}

/** The others are looked for by the machine that has the workspace. */
type Told = Extract<Mention, { kind: 'run' | 'command' }>

const intro = 'The message mentions these as well. They stand here for you to know; what to do, the message says.'
const gone = 'is not here: it was deleted, or is of another team.'
const notAllowed = 'is not here: who wrote this message may not read it.'

/**
 * Puts with a message what it mentions of runs and commands: how a run ended, what a command printed. Files are looked for by the machine that has the
 * workspace. What can't be read is said to be so; no message waits for it.
 */
export function createMentions({ store, jobs, onError }: MentionDeps) {
  async function chunkAt(runId: RunId, key: string): Promise<TranscriptChunk | undefined> {
    const { rows } = await store.read(runSpace(runId), [key])
    return TranscriptChunk.safeParse(rows[0]?.value).data
  }

  async function lastWords(runId: RunId): Promise<string | undefined> {
    const firsts = await jobs.chunkFirsts(runSpace(runId))
    for (const { key } of firsts.slice(-lastChunks).toReversed()) {
      const entries = (await chunkAt(runId, key))?.entries ?? []
      const body = entries.findLast((entry) => entry.body.kind === 'message')?.body
      if (body?.kind === 'message') return shortened(body.text)
    }
    return undefined
  }

  async function entryAt(runId: RunId, n: number): Promise<TranscriptEntry | undefined> {
    const firsts = await jobs.chunkFirsts(runSpace(runId))
    const key = firsts.findLast(({ first }) => first <= n)?.key
    const chunk = key === undefined ? undefined : await chunkAt(runId, key)
    return chunk?.entries.find((entry) => entry.n === n)
  }

  async function tell(teamId: TeamId, runId: RunId, mention: Told): Promise<string> {
    if (mention.kind === 'command') {
      const body = (await entryAt(runId, mention.n))?.body
      const isCommand = body?.kind === 'tool' || body?.kind === 'step'
      const command = isCommand ? body.command : undefined
      if (!isCommand || command === undefined) return `“${mention.title}” is not here: this run has no such command.`
      const exit = body.exitCode === undefined ? '' : ` exit-code="${body.exitCode}"`
      const output = body.output === undefined ? '' : shortened(body.output)
      return `<command entry="${mention.n}"${exit}>\n$ ${command}\n${output}\n</command>`
    }
    const row = (await readRows(store, teamId, [keys.run(mention.runId)])).get(keys.run(mention.runId))
    const run = Run.safeParse(row).data
    if (run === undefined) return `The run “${mention.title}” ${gone}`
    const words = await lastWords(run.id)
    const facts = [
      `The run “${run.title}” is ${run.state}.`,
      ...(run.branch === undefined ? [] : [`Its branch: ${run.branch}.`]),
    ]
    return `<run id="${run.id}">\n${[...facts, words ?? 'It has said nothing yet.'].join('\n\n')}\n</run>`
  }

  async function isReader(teamId: TeamId, by: PromptParts['by']): Promise<boolean> {
    if (by === undefined) return false
    const row = (await readRows(store, teamId, [keys.member(by)])).get(keys.member(by))
    return canRead(Member.safeParse(row).data?.role)
  }

  return async <T extends PromptParts>(
    { teamId, runId }: Pick<MessageToSend, 'teamId' | 'runId'>,
    prompt: T,
  ): Promise<T> => {
    if (prompt.automatic === true) return prompt
    const mentions = mentionsOf(prompt.text).filter((one): one is Told => one.kind === 'run' || one.kind === 'command')
    if (mentions.length === 0) return prompt
    try {
      const mayRead = await isReader(teamId, prompt.by)
      const told = await Promise.all(
        // The commands of this run are read by whoever was let write to it.
        mentions.map(async (one) =>
          mayRead || one.kind === 'command' ? tell(teamId, runId, one) : `The run “${one.title}” ${notAllowed}`,
        ),
      )
      return {
        ...prompt,
        context: [...(prompt.context === undefined ? [] : [prompt.context]), intro, ...told].join('\n\n'),
      }
    } catch (error) {
      onError(error)
      return prompt
    }
  }
}

/** Its beginning and its end, as far as there is room for both. */
function shortened(text: BoundedText): string {
  const half = mentionedLimit / 2
  const here = text.head + (omittedUnits(text) === 0 ? text.tail : '')
  if (omittedUnits(text) === 0 && here.length <= mentionedLimit) return here.trim()
  const end = (text.tail === '' ? text.head : text.tail).slice(-half)
  return `${text.head.slice(0, half).toWellFormed().trim()}\n\n[… left out …]\n\n${end.toWellFormed().trim()}`
}
