import { carriedFileBytes, snapshotBytes, type NotRestored, type Snapshot } from '#shared/domain/snapshot.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import { messageOf } from '../log.ts'
import type { Changes } from '../run/changes/changes.ts'
import type { RunWorkerDeps } from '../run/run-deps.ts'
import { runStep } from '../run/steps.ts'
import type { Transcript } from '../run/transcript.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { bringCommits } from './commits.ts'
import { getContent, type CarriedFile, type GetPiece } from './content.ts'
import { bringOutsideFile } from './outside-files.ts'
import { restoreTree } from './restore-tree.ts'

export interface RestoreDeps extends Pick<RunWorkerDeps, 'folders' | 'journal' | 'clock' | 'snapshots'> {
  changes: Changes
  transcript: Transcript
  signal: AbortSignal
}

/** Failures that are named one by one. */
const namedLimit = 200
/** A snapshot is itself bounded; what it unpacks to is a patch of its files. */
const patchBytes = snapshotBytes * 2

/**
 * Brings a fresh workspace to where an earlier turn, perhaps on another machine, has left it. What does not come back is told with its reason, and
 * the rest goes on. Does nothing for a run's first turn.
 */
export async function restoreRun(
  deps: RestoreDeps,
  { assignment, sandbox, declaration }: { assignment: Assignment; sandbox: Sandbox; declaration: HarnessDeclaration },
): Promise<void> {
  const { snapshot, turn } = assignment
  const blobs = deps.snapshots()
  if (snapshot === undefined || blobs === undefined) {
    if (turn > 1)
      deps.transcript.notice(
        'warning',
        'The workspace of this run is not here, and was not saved. It begins anew from its repositories.',
      )
    return
  }
  const get: GetPiece = (hash) => blobs.get(hash)
  const failed: NotRestored[] = []
  await runStep(
    { transcript: deps.transcript, clock: deps.clock, signal: deps.signal },
    {
      title: 'Restore the workspace',
      run: async (write) => {
        try {
          failed.push(...(await restoreAll(deps, { snapshot, sandbox, declaration, get })))
          const kept = snapshot.changed - failed.length
          const files = snapshot.changed === 1 ? '1 changed file' : `${snapshot.changed} changed files`
          write(
            failed.length === 0
              ? `${files}, ${leftBy(snapshot)}.\n`
              : `${Math.max(0, kept)} of ${files}, ${leftBy(snapshot)}.\n`,
          )
        } catch (error) {
          deps.signal.throwIfAborted()
          failed.push({ path: '.', reason: messageOf(error) })
          write(`${messageOf(error)}\n`)
        }
        return 0
      },
    },
  )
  deps.signal.throwIfAborted()
  if (failed.length === 0) return
  const lines = failed.slice(0, namedLimit).map(({ path, reason }) => `${path}: ${reason}`)
  if (failed.length > namedLimit) lines.push(`and ${failed.length - namedLimit} more`)
  const what = failed.length === 1 ? '1 thing' : `${failed.length} things`
  deps.transcript.notice('warning', `${what} of the saved workspace could not be brought back.`, lines.join('\n'))
}

const leftBy = ({ turn }: Snapshot): string => (turn === 0 ? 'as they were handed off' : `as turn ${turn} left them`)

async function restoreAll(
  deps: RestoreDeps,
  {
    snapshot,
    sandbox,
    declaration,
    get,
  }: { snapshot: Snapshot; sandbox: Sandbox; declaration: HarnessDeclaration; get: GetPiece },
): Promise<NotRestored[]> {
  const { folders, changes, journal, signal } = deps
  const failed: NotRestored[] = []
  for (const { folder, base, branch, head, commits } of snapshot.repositories) {
    const start = journal.memory().facts.repositories?.find((one) => one.folder === folder)
    if (head === undefined && branch === start?.branch) continue
    const bundle = commits === undefined ? undefined : await getContent(commits, get, patchBytes)
    const why = await bringCommits(sandbox, { folder, branch, head: head ?? base, bundle })
    const name = head === undefined ? `branch ${branch ?? ''}` : `commits of ${branch ?? head.slice(0, 12)}`
    if (why !== undefined) failed.push({ path: folder === '' ? name : `${folder}: ${name}`, reason: why })
  }
  const patch = await getContent(snapshot.patch, get, patchBytes)
  const restored = await restoreTree(
    changes,
    { base: snapshot.base, tree: snapshot.tree, patch },
    { folder: folders.root, workspace: folders.workspace, seenAs: sandbox.workspace, signal },
  )
  failed.push(...restored.failed)
  await sandbox.ownWorkspace()
  await changes.noteTurn(snapshot.turn, restored.tree)
  for (const file of snapshot.files ?? []) {
    const why = await bringOutsideFile(sandbox, file, get)
    if (why !== undefined) failed.push(why)
  }
  const lost = await restoreSession(deps, { snapshot, sandbox, declaration, get })
  return [...failed, ...lost]
}

/** The harness loads it then; where that does not succeed, it is told the transcript. */
async function restoreSession(
  { folders, journal }: RestoreDeps,
  {
    snapshot: { session },
    sandbox,
    declaration,
    get,
  }: { snapshot: Snapshot; sandbox: Sandbox; declaration: HarnessDeclaration; get: GetPiece },
): Promise<NotRestored[]> {
  const store = declaration.quirks.sessions
  if (session === undefined || session.harness !== declaration.id || store === undefined) return []
  const { id } = session
  try {
    const files: CarriedFile[] = []
    for (const { path, content } of session.files)
      files.push({ path, content: await getContent(content, get, carriedFileBytes) })
    const lost = await store.bring({ id, home: folders.home, workspace: sandbox.workspace, sandbox }, files)
    if (lost.length === 0) await journal.record({ k: 'facts', facts: { sessionId: id, carried: true } })
    return lost
  } catch (error) {
    return [{ path: `session ${id}`, reason: messageOf(error).slice(0, 200) }]
  }
}
