import { join } from 'node:path'
import {
  leftOutLimit,
  shownPathsLimit,
  type LeftOutReason,
  type Snapshot,
  type SnapshotFile,
  type SnapshotRepository,
} from '#shared/domain/snapshot.ts'
import { planSetUp, type SetUpPlan } from '../environment/set-up-plan.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import { messageOf } from '../log.ts'
import { shownPath } from '../run/changes/change-list.ts'
import type { Changes } from '../run/changes/changes.ts'
import { readHead } from '../run/changes/read-head.ts'
import type { RunWorkerDeps } from '../run/run-deps.ts'
import type { Transcript } from '../run/transcript.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Hiding } from '../secrets/hiding.ts'
import { bundleCommits } from './commits.ts'
import { putContent, putFiles, type CarriedFile, type PutPiece } from './content.ts'
import { isBelow, readDeclarations, type Declaration } from './declarations.ts'
import { takeOutsideFile } from './outside-files.ts'
import { makePatch, type TreePatch } from './patch.ts'
import { settingsFor } from './settings.ts'

/** Keeps a run's workspace at the server, as each turn leaves it. */
export interface Snapshots {
  /**
   * Takes the workspace as it is now and hands it in; resolves once it is taken, so that the next turn may change files. It is told only when all of
   * it is at the server: whoever dies before has the snapshot before it. @throws when it could not be taken.
   */
  save(): Promise<void>
  /** What is under way is given up: the next start takes it again, and sends only what is missing. */
  close(): void
}

export interface SnapshotDeps extends Pick<
  RunWorkerDeps,
  'folders' | 'journal' | 'clock' | 'secrets' | 'snapshots' | 'snapshotSettings'
> {
  changes: Changes
  transcript: Transcript
  sandbox: () => Sandbox | undefined
  declaration: () => HarnessDeclaration | undefined
}

interface LeftOne {
  path: string
  why: LeftOutReason
}

export function createSnapshots(deps: SnapshotDeps): Snapshots {
  const { journal, clock, changes, folders } = deps
  let number = 0
  let closed = false

  async function save(): Promise<void> {
    const blobs = deps.snapshots()
    const { assignment, facts, turn } = journal.memory()
    if (blobs === undefined || closed || assignment === undefined || facts.setUp !== true) return
    const plan = planSetUp(assignment)
    const settings = settingsFor(deps.snapshotSettings, plan.variables)
    if (settings.off || assignment.config.noSnapshot === true) return
    const state = await changes.state()
    if (state === undefined || (facts.saved?.turn === turn && facts.saved.tree === state.tree)) return
    const mine = ++number
    const left: LeftOne[] = state.left.map(({ path, why }) => ({ path: shownPath(path), why }))
    const sandbox = deps.sandbox()
    const declared = await declarations(sandbox, settings, left)
    if (declared === 'unknown') return
    const patch = await makePatch(changes.store, {
      from: state.base,
      to: state.tree,
      index: join(folders.root, 'snapshot-index'),
      ...(declared === undefined || sandbox === undefined ? {} : { wants: wantedBy(declared, sandbox.workspace) }),
    })
    for (const path of patch.tooLarge) left.push({ path: shownPath(path), why: 'too_large' })
    for (const path of patch.undeclared) left.push({ path: shownPath(path), why: 'not_declared' })
    const standings = await Promise.all((facts.repositories ?? []).map((one) => standing(one, sandbox, left)))
    const put: PutPiece = (piece) => (closed || mine !== number ? Promise.resolve(undefined) : blobs.put(piece))
    const outside = await takeOutside(declared, sandbox, left)
    const session = takeSession(sandbox).catch(() => undefined)
    // Files are read before the next turn goes on in them.
    if (deps.declaration()?.quirks.sessions?.asksHarness !== true) await session
    const handIn = async (): Promise<void> => {
      const content = await putContent(patch.patch, put)
      const repositories: SnapshotRepository[] = []
      for (const { bundle, ...repository } of standings) {
        const commits = bundle === undefined ? undefined : await putContent(bundle, put)
        repositories.push(commits === undefined ? repository : { ...repository, commits })
      }
      const files = await putFiles(outside, put)
      const conversation = await putSession(await session, put)
      if (content === undefined || files === undefined) {
        if (!closed && mine === number)
          deps.transcript.notice('warning', 'The workspace could not be saved: the server did not take it.')
        return
      }
      const parts = { repositories, patch: content, files, session: conversation, left, more: state.more }
      if (!closed && mine === number) journal.append({ type: 'snapshot', snapshot: toSnapshot(patch, parts) })
    }
    function toSnapshot(
      { tree, changes: changed }: TreePatch,
      parts: Pick<Snapshot, 'repositories' | 'patch'> & {
        files: SnapshotFile[]
        session: Snapshot['session']
        left: LeftOne[]
        more: number
      },
    ): Snapshot {
      const unnamed = parts.left.length - leftOutLimit
      return {
        version: 1,
        turn,
        at: clock.now(),
        base: state?.base ?? '',
        tree,
        repositories: parts.repositories,
        patch: parts.patch,
        ...(parts.files.length === 0 ? {} : { files: parts.files }),
        ...(parts.session === undefined ? {} : { session: parts.session }),
        changed: changed.length,
        shown: changed.slice(0, shownPathsLimit).map(({ path, before, after }) => ({
          path: shownPath(path),
          status: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
        })),
        left: parts.left.slice(0, leftOutLimit),
        ...(unnamed + parts.more > 0 ? { moreLeft: Math.max(0, unnamed) + parts.more } : {}),
      }
    }
    void handIn().catch((error: unknown) => {
      if (!closed) deps.transcript.notice('warning', 'The workspace could not be saved.', messageOf(error))
    })
  }

  async function declarations(
    sandbox: Sandbox | undefined,
    settings: Parameters<typeof readDeclarations>[1],
    left: LeftOne[],
  ): Promise<Declaration[] | 'unknown' | undefined> {
    if (settings.script === undefined && settings.file === undefined) return undefined
    // What nobody declared is not handed in.
    if (sandbox === undefined) return 'unknown'
    const read = await readDeclarations(sandbox, settings).catch((error: unknown) => {
      deps.transcript.notice(
        'warning',
        'What of the workspace is to be saved could not be asked, so it is not saved.',
        messageOf(error),
      )
      return undefined
    })
    if (read === undefined) return 'unknown'
    if (read.malformed.length > 0) {
      const many = read.malformed.length
      const text = `${many === 1 ? '1 line of the snapshot’s declarations is none' : `${many} lines of the snapshot’s declarations are none`}, and left aside.`
      deps.transcript.notice('warning', text, read.malformed.slice(0, 20).join('\n'))
    }
    for (const { kind, path } of read.declared)
      if (kind === 'repo' && !isBelow(path, sandbox.workspace)) left.push({ path, why: 'outside' })
    return read.declared
  }

  async function standing(
    { folder, base }: SnapshotRepository,
    sandbox: Sandbox | undefined,
    left: LeftOne[],
  ): Promise<SnapshotRepository & { bundle?: Buffer }> {
    const { branch, commit } = await readHead(join(folders.workspace, folder, '.git'))
    const known: SnapshotRepository = { folder, base, ...(branch === undefined ? {} : { branch }) }
    if (commit === undefined || commit === base) return known
    const before = journal.memory().facts.saved?.repositories?.find((one) => one.folder === folder)
    if (before?.head === commit && before.commits !== undefined)
      return { ...known, head: commit, commits: before.commits }
    const bundle = sandbox === undefined ? undefined : await bundleCommits(sandbox, { folder, branch, base })
    if (bundle === undefined) {
      left.push({ path: folder === '' ? '.' : folder, why: 'commits' })
      return known
    }
    return { ...known, head: commit, bundle }
  }

  /**
   * The conversation as its harness keeps it; without it the transcript is told again. Values of secrets are hidden in it as in all that is told. A
   * harness that has to be asked for it takes seconds, which the turn's end does not wait for; it may be gone by then, with the runner or the turn.
   */
  async function takeSession(sandbox: Sandbox | undefined): Promise<CarriedSession | undefined> {
    const { sessionId: id } = journal.memory().facts
    const declaration = deps.declaration()
    const store = declaration?.quirks.sessions
    if (id === undefined || store === undefined || declaration === undefined || sandbox === undefined) return undefined
    const place = { id, home: folders.home, workspace: sandbox.workspace, sandbox }
    const files = await store.take(place)
    const { hiding } = deps.secrets
    const hidden = files?.map((file) => ({ ...file, content: hiddenIn(hiding, file.content) }))
    return hidden === undefined ? undefined : { id, harness: declaration.id, files: hidden }
  }

  return {
    save,
    close: () => {
      closed = true
    },
  }
}

function hiddenIn(hiding: Hiding, content: Buffer): Buffer {
  const bytes = hiding.isIdle ? content : hiding.bytes(content)
  return bytes === content ? content : Buffer.from(bytes)
}

interface CarriedSession {
  id: string
  harness: string
  files: CarriedFile[]
}

async function putSession(session: CarriedSession | undefined, put: PutPiece): Promise<Snapshot['session']> {
  const files = session === undefined ? undefined : await putFiles(session.files, put)
  return session === undefined || files === undefined ? undefined : { ...session, files }
}

async function takeOutside(
  declared: readonly Declaration[] | undefined,
  sandbox: Sandbox | undefined,
  left: LeftOne[],
): Promise<CarriedFile[]> {
  const files: CarriedFile[] = []
  if (sandbox === undefined) return files
  for (const { kind, path } of declared ?? []) {
    if (kind !== 'file' || isBelow(path, sandbox.workspace)) continue
    const taken = files.length < 50 ? await takeOutsideFile(sandbox, path) : 'too_large'
    if (typeof taken === 'string') left.push({ path, why: taken })
    else files.push(taken)
  }
  return files
}

/** Of the workspace, what a declaration names. */
function wantedBy(declared: readonly Declaration[], workspace: string): (path: string) => boolean {
  const names = declared
    .filter(({ path }) => isBelow(path, workspace))
    .map(({ path }) => Buffer.from(path.slice(workspace.length + 1)).toString('latin1'))
  return (path) => names.some((name) => isBelow(path, name))
}

/** Where the repositories of a workspace stand that was just made ready. */
export async function startOf(plan: SetUpPlan, workspace: string): Promise<SnapshotRepository[]> {
  const found = await Promise.all(
    plan.repositories.map(async ({ folder }): Promise<SnapshotRepository[]> => {
      const { branch, commit } = await readHead(join(workspace, folder, '.git'))
      return commit === undefined ? [] : [{ folder, base: commit, ...(branch === undefined ? {} : { branch }) }]
    }),
  )
  return found.flat()
}
