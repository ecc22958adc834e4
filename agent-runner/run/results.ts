import type { RunId } from '#shared/ids.ts'
import { ArtifactId } from '#shared/ids.ts'
import type { Artifact } from '#shared/domain/transcript.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Clock } from '../clock.ts'
import { messageOf } from '../log.ts'
import type { Hiding } from '../secrets/hiding.ts'
import type { SymbolFinder } from '../symbols/symbol-finder.ts'
import type { ChangeSet, Changes } from './changes/changes.ts'
import type { Journal } from './journal.ts'
import { cut, type Transcript } from './transcript.ts'
import { createPathTeller } from './workspace-paths.ts'

/** Tells what a run changed: soon after something may have changed, and for good at a turn's end. */
export interface Results {
  /** Files may have changed. */
  touched(): void
  /** Files as they are now, told before it resolves. */
  refresh(): Promise<void>
  /** What the workspace holds, told when it can be. */
  tellPaths(): void
  /** Files, the whole diff and the branch, as they are now. */
  conclude(): Promise<void>
  /** Something that came of the run otherwise. */
  show(artifact: Artifact): void
  close(): void
}

const refreshMs = 800

export function createResults(deps: {
  runId: RunId
  changes: Changes
  journal: Journal
  transcript: Transcript
  blobs: BlobStore
  clock: Clock
  hiding: Hiding
  takesPaths: () => boolean
  symbols: SymbolFinder
}): Results {
  const { journal, transcript, clock } = deps
  const closing = new AbortController()
  const tellPaths = createPathTeller({ ...deps, isHeard: deps.takesPaths, signal: closing.signal })
  let timer: NodeJS.Timeout | undefined
  let told = ''
  let failed = false
  let shownDiff: string | undefined
  let shownBranch: string | undefined

  async function tellFiles(): Promise<ChangeSet | undefined> {
    let set: ChangeSet | undefined
    try {
      set = await deps.changes.read({ signal: closing.signal, turn: journal.memory().turn })
    } catch (error) {
      if (closing.signal.aborted || failed) return undefined
      failed = true
      transcript.notice('warning', 'Git could not tell what changed in the workspace.', messageOf(error))
    }
    if (set === undefined) return undefined
    const base = journal.memory().facts.baseCommit
    const body = {
      type: 'files' as const,
      ...(base === undefined ? {} : { base }),
      files: set.files,
      ...(set.more > 0 ? { more: set.more } : {}),
    }
    const json = JSON.stringify([body, set.inTurn])
    if (json === told || (told === '' && set.files.length === 0)) return set
    told = json
    if (set.inTurn !== undefined) {
      const { files, more } = set.inTurn
      journal.append({ type: 'files', turn: journal.memory().turn, files, ...(more > 0 ? { more } : {}) })
    }
    journal.append(body)
    return set
  }

  function refresh(): void {
    timer = undefined
    void tellFiles()
  }

  function show(artifact: Artifact): void {
    journal.append({ type: 'artifact', artifact })
    transcript.add({ kind: 'artifact', artifact })
  }

  async function concludeDiff(set: ChangeSet): Promise<void> {
    if (set.diff === '' || set.diff === shownDiff) return
    shownDiff = set.diff
    const shown = deps.hiding.diff(set.diff)
    const bytes = Buffer.from(shown)
    const why = [
      ...(set.diffCut ? ['The diff was too large and stops somewhere.'] : []),
      ...(shown === set.diff ? [] : ['It holds values of secrets, which are hidden here, so it can’t be applied.']),
    ]
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 10_000))
    const stored = deps.blobs.put(bytes)
    const id = ArtifactId.parse(`${deps.runId}-diff`)
    const count = set.files.length + set.more
    const artifact: Artifact = {
      id,
      kind: 'diff',
      title: `${count} ${count === 1 ? 'file' : 'files'} changed`,
      ...(why.length > 0 ? { detail: why.join(' ') } : {}),
      bytes: bytes.byteLength,
      mimeType: 'text/x-diff',
      at: clock.now(),
    }
    const blob = await Promise.race([stored, late])
    show(blob === undefined ? artifact : { ...artifact, blob })
    if (blob === undefined) {
      void stored.then((later) => {
        if (later !== undefined && !closing.signal.aborted)
          journal.append({ type: 'artifact', artifact: { ...artifact, blob: later } })
      })
    }
  }

  async function concludeBranch(): Promise<void> {
    const { branch, commit } = await deps.changes.head()
    const facts = journal.memory().facts
    // Where a person has it pushed to is where people look for it.
    const pushed = facts.published?.commits.some((one) => one.branch !== undefined) === true
    if (branch !== undefined && !pushed) journal.append({ type: 'facts', branch })
    const moved = commit !== undefined && commit !== facts.baseCommit
    const other = branch !== undefined && branch !== facts.baseBranch
    if (!moved && !other) return
    const key = `${branch ?? ''} ${commit ?? ''}`
    if (key === shownBranch) return
    shownBranch = key
    show({
      id: ArtifactId.parse(`${deps.runId}-branch`),
      kind: branch === undefined ? 'commit' : 'branch',
      title: cut(branch ?? commit ?? '', 300),
      ...(commit === undefined ? {} : { detail: `at ${commit.slice(0, 12)}` }),
      at: clock.now(),
    })
  }

  return {
    touched: () => {
      timer ??= setTimeout(refresh, refreshMs)
    },
    refresh: async () => {
      await tellFiles()
    },
    conclude: async () => {
      clearTimeout(timer)
      timer = undefined
      const set = await tellFiles()
      if (set !== undefined) await concludeDiff(set)
      await concludeBranch()
      void tellPaths()
    },
    tellPaths: () => void tellPaths(),
    show,
    close: () => {
      clearTimeout(timer)
      closing.abort()
    },
  }
}
