import { constants, type BigIntStats } from 'node:fs'
import { lstat, open, readlink, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '../../log.ts'
import type { BlobWriter, ChangeStore } from './change-store.ts'
import type { LeftOut } from './survey.ts'

/** Puts files of the workspace into the index, byte by byte as they are. */
export interface FileTaker {
  /** @returns those that could not be taken. */
  take(paths: readonly string[], signal?: AbortSignal): Promise<LeftOut[]>
}

/** Files taken at once; the rest is only counted. */
export const takenLimit = 20_000
const fileBytes = 50_000_000
/** What one look reads. */
const lookBytes = 500_000_000
/** A file that was written so lately may be written again without a new time. */
const settledMs = 2000

interface Found {
  path: string
  mode: string
  /** Says whether it is the same file as at the last look; `undefined` where that can't be said. */
  mark: string | undefined
}

export function createFileTaker({
  store,
  workspace,
  now,
}: {
  store: ChangeStore
  workspace: string
  now: () => number
}): FileTaker {
  /** What the last look stored: git itself remembers no times of files that it did not read. */
  let known = new Map<string, { mark: string; id: string }>()

  async function take(paths: readonly string[], signal?: AbortSignal): Promise<LeftOut[]> {
    const left: LeftOut[] = []
    const found: Found[] = []
    const stored: Found[] = []
    const gone: string[] = []
    const folders = new Map<string, boolean>()
    const root = await realpath(workspace)
    let writer: BlobWriter | undefined
    let room = lookBytes
    for (const path of new Set(paths)) {
      signal?.throwIfAborted()
      // Git knows no file of such a name, in any spelling.
      if (path.split('/').some((name) => name.toLowerCase() === '.git')) {
        left.push({ path, why: 'reserved' })
        continue
      }
      const full = Buffer.from(`${Buffer.from(workspace).toString('latin1')}/${path}`, 'latin1')
      const state = await stateOf(full)
      if (
        state === undefined ||
        (state !== 'unreadable' && state.isDirectory()) ||
        !(await inside(full, root, folders))
      ) {
        gone.push(path)
        continue
      }
      if (state === 'unreadable') {
        left.push({ path, why: 'unreadable' })
        continue
      }
      if (!state.isFile() && !state.isSymbolicLink()) {
        gone.push(path)
        continue
      }
      const mode = state.isSymbolicLink() ? '120000' : (state.mode & 0o100n) === 0n ? '100644' : '100755'
      const one: Found = { path, mode, mark: markOf(state, now()) }
      if (one.mark !== undefined && known.get(path)?.mark === one.mark) {
        found.push(one)
        continue
      }
      if (state.size > fileBytes || state.size > room) {
        left.push({ path, why: 'too_large' })
        continue
      }
      const content = state.isSymbolicLink() ? await readLinkAt(full) : await readFileAt(full, root)
      if (content === undefined) {
        left.push({ path, why: 'unreadable' })
        continue
      }
      room -= content.byteLength
      writer ??= store.writeBlobs(signal)
      await writer.write(content)
      stored.push(one)
    }
    const ids = (await writer?.end()) ?? []
    const next = new Map<string, { mark: string; id: string }>()
    const noId = gone.length === 0 ? '' : await store.noId()
    let lines = gone.map((path) => `0 ${noId}\t${path}\0`).join('')
    for (const { path, mode, id, mark } of [
      ...found.map((one) => ({ ...one, id: known.get(one.path)?.id ?? '' })),
      ...stored.map((one, index) => ({ ...one, id: ids[index] ?? '' })),
    ]) {
      lines += `${mode} ${id}\t${path}\0`
      if (mark !== undefined) next.set(path, { mark, id })
    }
    known = next
    if (lines !== '') {
      await store.must(['update-index', '-z', '--index-info'], {
        input: Buffer.from(lines, 'latin1'),
        ...(signal === undefined ? {} : { signal }),
      })
    }
    return left
  }

  return { take }
}

async function stateOf(path: Buffer): Promise<BigIntStats | 'unreadable' | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '') ? undefined : 'unreadable'
  }
}

/** Whether the folder of a path lies in the workspace: what a link leads to is not a part of it. */
async function inside(path: Buffer, root: string, known: Map<string, boolean>): Promise<boolean> {
  const folder = dirname(path.toString('latin1'))
  let is = known.get(folder)
  if (is === undefined) {
    const real = await realpath(Buffer.from(folder, 'latin1'), 'latin1').catch(() => undefined)
    const latin = Buffer.from(root).toString('latin1')
    is = real === latin || real?.startsWith(`${latin}/`) === true
    known.set(folder, is)
  }
  return is
}

function markOf(state: BigIntStats, now: number): string | undefined {
  if (now - Number(state.ctimeMs) < settledMs) return undefined
  const { dev, ino, mode, size, mtimeNs, ctimeNs } = state
  return [dev, ino, mode, size, mtimeNs, ctimeNs].join(' ')
}

async function readLinkAt(path: Buffer): Promise<Uint8Array | undefined> {
  return readlink(path, 'buffer').catch(() => undefined)
}

/** The agent may put a link or a pipe in the place of what was a file a moment ago. */
async function readFileAt(path: Buffer, root: string): Promise<Uint8Array | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const state = await file.stat()
    if (!state.isFile() || state.size > fileBytes) return undefined
    if (process.platform === 'linux') {
      const real = await realpath(`/proc/self/fd/${file.fd}`, 'latin1')
      if (!real.startsWith(`${Buffer.from(root).toString('latin1')}/`)) return undefined
    }
    const content = Buffer.alloc(state.size)
    const { bytesRead } = await file.read(content, 0, state.size, 0)
    return content.subarray(0, bytesRead)
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}
