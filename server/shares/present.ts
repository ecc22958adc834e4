import { createHmac } from 'node:crypto'
import { emptyText } from '#shared/domain/bounded-text.ts'
import { Permission } from '#shared/domain/permission.ts'
import { Run, type RunReason } from '#shared/domain/run.ts'
import type { ShareAccess } from '#shared/domain/share.ts'
import {
  Artifact,
  RunFiles,
  RunTasks,
  TranscriptChunk,
  TranscriptEntry,
  type EntryBody,
} from '#shared/domain/transcript.ts'
import { TeamId, UserId, type RunId } from '#shared/ids.ts'
import { withoutCredentials } from '#shared/domain/git-host.ts'
import type { Json } from '#shared/json.ts'
import type { SharedPerson } from '#shared/protocol/shared-run.ts'
import { keys } from '#sync/core/keys.ts'
import { toJson } from '#sync/core/transaction.ts'

/** For whom it is presented. `anyone`: nobody knows who reads it. */
export type Audience = { readonly anyone: boolean; readonly access: ShareAccess }

export type Named = { readonly name: string; readonly hue: number }

export type Presenter = ReturnType<typeof createPresenter>

/**
 * Decides what of a run leaves its team. Each row is read by its schema and written anew, field by field, so that a field which is added
 * one day stays here until somebody decides about it. What an agent wrote and printed goes out as it is; where it runs, how it was set
 * up, what waits and who people are does not.
 */
export function createPresenter(deps: {
  readonly runId: RunId
  readonly secret: string
  readonly audience: () => Audience
  readonly nameOf: (id: UserId) => Named | undefined
}) {
  const { runId, audience } = deps
  const seen = new Map<UserId, UserId>()

  /** The same for the same person as long as the link lives; it tells nothing of their id. */
  function standIn(id: UserId): UserId {
    const known =
      seen.get(id) ?? UserId.parse(`p${createHmac('sha256', deps.secret).update(id).digest('base64url').slice(0, 20)}`)
    seen.set(id, known)
    return known
  }
  /** What our own sentences name of the run's set-up, and what stands there instead. Known once the run's row was presented. */
  let names: readonly (readonly [name: string, instead: string])[] = []
  const neutral = (text: string): string =>
    names.reduce((said, [name, instead]) => said.replaceAll(name, instead), withoutCredentials(text))
  const by = (id: UserId | undefined): { by?: UserId } => (id === undefined ? {} : { by: standIn(id) })

  function run(row: Run): Run {
    const { anyone } = audience()
    const { usage, stop, config } = row
    names = [
      [config.repository?.url, 'the repository'],
      [row.hostName, 'the machine'],
      [config.host, 'the machine'],
    ].flatMap(([name, instead]) => (name && instead ? [[withoutCredentials(name), instead] as const] : []))
    return {
      id: row.id,
      teamId: nowhere,
      title: row.title,
      prompt: row.prompt,
      createdBy: standIn(row.createdBy),
      source: row.source,
      config: { harness: config.harness, model: config.model, sandbox: config.sandbox },
      state: row.state,
      stateAt: row.stateAt,
      reason: reason(row.reason),
      turn: row.turn,
      branch: row.branch,
      asks: row.asks,
      stop: stop === undefined ? undefined : { by: standIn(stop.by), at: stop.at, state: stop.state },
      tasks: row.tasks,
      files: row.files,
      artifacts: row.artifacts,
      usage: anyone || usage === undefined ? undefined : usage,
      activity: row.activity,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      startedAt: row.startedAt,
      endedAt: row.endedAt,
    }
  }

  function body(given: EntryBody): EntryBody {
    switch (given.kind) {
      case 'user':
        return {
          kind: 'user',
          text: given.text,
          promptId: given.promptId,
          ...by(given.by),
          ...(given.automatic === undefined ? {} : { automatic: given.automatic }),
          ...(given.attachments === undefined ? {} : { attachments: given.attachments }),
        }
      case 'message':
      case 'thought':
      case 'tasks':
        return given
      case 'tool': {
        // The raw input has what the harness passes on beside the command, such as an environment.
        const { input: _input, ...rest } = given
        return rest
      }
      case 'step': {
        // Its title is the repository's address, or the first line of a command of the environment.
        const { command: _command, output: _output, title, ...rest } = given
        return { ...rest, title: /^clone /i.test(title) ? 'Clone the repository' : 'Set-up command', output: emptyText }
      }
      case 'permission':
        return { ...given, outcome: outcome(given.outcome) }
      case 'state':
        return { kind: 'state', state: given.state, reason: reason(given.reason) }
      case 'notice': {
        const { detail: _detail, text, ...rest } = given
        return { ...rest, text: neutral(text) }
      }
      case 'artifact':
        return { kind: 'artifact', artifact: artifact(given.artifact) }
    }
  }

  type Outcome = Extract<EntryBody, { kind: 'permission' }>['outcome']
  function outcome(given: Outcome): Outcome {
    if (given?.kind !== 'answered') return given
    const { by: who, answer, ...rest } = given
    const { message: _message, ...known } = answer
    return { ...rest, answer: audience().anyone ? known : answer, ...by(who) }
  }

  function permission(row: Permission): Permission | undefined {
    const { request, state, answer, answeredBy, answeredAt, delivery } = row
    if (audience().access !== 'steer') return undefined
    // What a profile allows is the team's business.
    const { toolCallId: _toolCallId, profile: _profile, ...shown } = request
    return {
      request: shown,
      state,
      answer,
      answeredBy: answeredBy === undefined ? undefined : standIn(answeredBy),
      answeredAt,
      delivery,
    }
  }

  const entry = (one: TranscriptEntry): TranscriptEntry => ({
    id: one.id,
    n: one.n,
    at: one.at,
    turn: one.turn,
    body: body(one.body),
  })

  return {
    entry,
    standIn,
    /** The row as it may leave; `undefined`: not at all. */
    row(key: string, value: Json): Json | undefined {
      const kept = rowOf(key, value)
      return kept === undefined ? undefined : toJson(kept)
    },
    isShown,
    /** Those whose stand-ins were given out. */
    people(): SharedPerson[] {
      return [...seen].flatMap(([id, shown]) => {
        const known = deps.nameOf(id)
        return known === undefined
          ? []
          : [{ id: shown, name: audience().anyone ? firstName(known.name) : known.name, hue: known.hue }]
      })
    },
    nameOf(id: UserId): string {
      const name = deps.nameOf(id)?.name ?? ''
      return audience().anyone ? firstName(name) : name
    },
  }

  /** Rows that there can be anything to say of, changed or gone. */
  function isShown(key: string): boolean {
    return (
      key === keys.run(runId) ||
      (key.startsWith(keys.permissionsOf(runId)) && audience().access === 'steer') ||
      key.startsWith(keys.chunks) ||
      key.startsWith(keys.artifacts) ||
      key === keys.files ||
      key === keys.tasks
    )
  }

  function rowOf(key: string, value: Json): object | undefined {
    if (!isShown(key)) return undefined
    if (key === keys.run(runId)) return mapped(Run.safeParse(value), run)
    if (key.startsWith(keys.permissionsOf(runId))) return mapped(Permission.safeParse(value), permission)
    if (key.startsWith(keys.chunks))
      return mapped(TranscriptChunk.safeParse(value), ({ first, last, entries }) => ({
        first,
        last,
        entries: entries.map(entry),
      }))
    if (key.startsWith(keys.artifacts)) return mapped(Artifact.safeParse(value), artifact)
    return key === keys.files ? mapped(RunFiles.safeParse(value), files) : RunTasks.safeParse(value).data
  }
}

/** What was changed is shown, not the whole of each file. */
function files({ at, base, files: given, more }: RunFiles): RunFiles {
  return {
    at,
    base,
    files: given.map(({ path, oldPath, status, added, removed, binary, mode, unread, patch, blob }) => ({
      path,
      oldPath,
      status,
      added,
      removed,
      binary,
      mode,
      unread,
      patch,
      blob,
    })),
    more,
  }
}

const nowhere = TeamId.parse('shared')

function mapped<T>(parsed: { data?: T | undefined }, to: (value: T) => object | undefined): object | undefined {
  return parsed.data === undefined ? undefined : to(parsed.data)
}

/** Why, in words, names machines and files of theirs; the code says as much as a guest needs. */
function reason(given: RunReason | undefined): RunReason | undefined {
  if (given?.code === undefined) return undefined
  const { code, part, retryable } = given
  return { code, retryable, text: '', ...(part === undefined ? {} : { part }) }
}

/** A guest has no way to the plans of the team. */
function artifact({ planId: _planId, ...given }: Artifact): Artifact {
  return given.url === undefined ? given : { ...given, url: withoutCredentials(given.url) }
}

/** Some write an address where a name is asked for. */
export function firstName(name: string): string {
  return name.trim().split(/[\s@]+/)[0] ?? ''
}
