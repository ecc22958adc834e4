import { constants } from 'node:fs'
import {
  lstat,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  rmdir,
  symlink,
  unlink,
  type FileHandle,
} from 'node:fs/promises'
import { codeOf } from '../../log.ts'

/** A file or a link of the workspace. `mode` as git has it, `rights` as the file system has it. */
export interface FileState {
  mode: string
  content: Buffer
  rights: number
  owner: { uid: number; gid: number }
}

export interface NewFile {
  mode: string
  content: Buffer
  /** Of the file that was there; its bits for executing follow `mode`. */
  rights: number | undefined
  /** Off where it could be made again: then it is not waited for until the disk has it. */
  lasting?: boolean
}

/** One name in one folder of the workspace, held open, so that nobody can put a link in the place of a folder on the way. */
export interface WorkspaceFile {
  /** `undefined`: there is nothing. @throws where there is neither file nor link, or it can't be read. */
  read(): Promise<FileState | undefined>
  /** Of the file that is there, without reading it. */
  rights(): Promise<number | undefined>
  /** Puts it there in one step: whoever reads sees all of the one or all of the other. */
  put(file: NewFile): Promise<void>
  remove(): Promise<void>
  /** @returns whether it was an empty folder, and is gone. */
  removeFolder(): Promise<boolean>
  close(): Promise<void>
}

/** Why a path of the workspace is not touched. */
export class UnsafePath extends Error {}

const readLimit = 50_000_000
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/**
 * Opens `path` (bytes as Latin-1) below `root`, folder by folder, without following a link. With `make` the folders that are
 * missing are made. `undefined`: a folder on the way is missing.
 * @throws UnsafePath where the path leads out of the workspace, or into a git folder.
 */
export async function openWorkspaceFile(
  root: string,
  path: string,
  { make, temporary }: { make: boolean; temporary: string },
): Promise<WorkspaceFile | undefined> {
  const names = path.split('/')
  const name = names.pop() ?? ''
  if ([...names, name].some(isUnsafe)) throw new UnsafePath('This path leads out of the workspace.')
  let folder = await open(await realpath(root), constants.O_RDONLY | constants.O_DIRECTORY)
  let base = await baseOf(folder, await realpath(root))
  for (const next of names) {
    const at = below(base, next)
    try {
      if (make) await makeFolder(at, folder)
      const opened = await open(at, folderFlags)
      await folder.close()
      folder = opened
      base = await baseOf(folder, at)
    } catch (error) {
      await folder.close()
      if (codeOf(error) === 'ENOENT') return undefined
      if (['ELOOP', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw new UnsafePath('A folder of this path is none.')
      throw error
    }
  }
  return fileIn(folder, base, { name, temporary })
}

function fileIn(
  folder: FileHandle,
  base: Buffer,
  { name, temporary }: { name: string; temporary: string },
): WorkspaceFile {
  const at = below(base, name)
  const beside = below(base, temporary)

  async function read(): Promise<FileState | undefined> {
    const state = await lstat(at).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (state === undefined) return undefined
    const rights = state.mode & 0o7777
    const owner = { uid: state.uid, gid: state.gid }
    if (state.isSymbolicLink()) return { mode: '120000', content: await readlink(at, 'buffer'), rights, owner }
    if (!state.isFile()) throw new UnsafePath('Neither a file nor a link stands here.')
    if (state.size > readLimit) throw new UnsafePath('This file is too large.')
    const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      return { mode: (rights & 0o100) === 0 ? '100644' : '100755', content: await file.readFile(), rights, owner }
    } finally {
      await file.close()
    }
  }

  async function put({ mode, content, rights, lasting = true }: NewFile): Promise<void> {
    await unlink(beside).catch(() => {})
    try {
      if (mode === '120000') await symlink(content, beside)
      else await writeNew(beside, { content, lasting, rights: rightsFor(mode, rights), owner: await folder.stat() })
      await rename(beside, at)
    } catch (error) {
      await unlink(beside).catch(() => {})
      throw error
    }
  }

  return {
    read,
    rights: () =>
      lstat(at).then(
        (state) => (state.isFile() ? state.mode & 0o7777 : undefined),
        () => undefined,
      ),
    put,
    remove: () => unlink(at),
    removeFolder: () =>
      rmdir(at).then(
        () => true,
        () => false,
      ),
    close: () => folder.close(),
  }
}

/** Removes the folders of a path that have become empty, innermost first. */
export async function removeEmptyFolders(root: string, path: string): Promise<void> {
  const names = path.split('/').slice(0, -1)
  while (names.length > 0) {
    const inParent = await openWorkspaceFile(root, names.join('/'), { make: false, temporary: '' })
    const gone = await inParent?.removeFolder()
    await inParent?.close()
    if (gone !== true) return
    names.pop()
  }
}

async function writeNew(
  at: Buffer,
  {
    content,
    rights,
    owner,
    lasting,
  }: { content: Buffer; rights: number; owner: { uid: number; gid: number }; lasting: boolean },
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const file = await open(at, flags, 0o600)
  try {
    await file.writeFile(content)
    // A runner that is root writes for the user of the sandbox, who owns the folder.
    if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid)
    await file.chmod(rights)
    if (lasting) await file.sync()
  } finally {
    await file.close()
  }
}

async function makeFolder(at: Buffer, parent: FileHandle): Promise<void> {
  try {
    await mkdir(at, 0o755)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    throw error
  }
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await parent.stat()
  const made = await open(at, folderFlags)
  try {
    await made.chown(uid, gid)
  } finally {
    await made.close()
  }
}

/** Who may read may execute, or nobody. */
function rightsFor(mode: string, known: number | undefined): number {
  const plain = (known ?? 0o644) & 0o666
  return mode === '100755' ? plain | ((plain & 0o444) >> 2) | 0o100 : plain
}

function isUnsafe(name: string): boolean {
  return name === '' || name === '.' || name === '..' || name.includes('\0') || name.toLowerCase() === '.git'
}

/** How an open folder is named: by its handle where the system can, so that it stays this very folder. */
async function baseOf(folder: FileHandle, path: string | Buffer): Promise<Buffer> {
  return process.platform === 'linux' ? Buffer.from(`/proc/self/fd/${folder.fd}`) : Buffer.from(path)
}

function below(base: Buffer, name: string): Buffer {
  return Buffer.concat([base, Buffer.from('/'), Buffer.from(name, 'latin1')])
}
