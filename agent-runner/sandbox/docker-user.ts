import { execFile } from 'node:child_process'
import { lchown, lstat, mkdir, readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const execFileAsync = promisify(execFile)
/** The user of a container whose runner is root. */
const plainUser = 1000

/** The user of a container: the runner's own, or a plain one where that is root. */
export function plainUserOf(): { uid: number; gid: number } {
  const [uid, gid] = [process.getuid?.() ?? plainUser, process.getgid?.() ?? plainUser]
  return uid === 0 ? { uid: plainUser, gid: plainUser } : { uid, gid }
}

/** A folder that root has made becomes the plain user's, with everything in it. */
export async function ownFolder(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  await mkdir(folder, { recursive: true })
  if ((await lstat(folder)).uid === 0) await ownTree(folder)
}

export async function ownTree(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = plainUserOf()
  if ((await readdir(folder)).length === 0) await lchown(folder, uid, gid)
  else await execFileAsync('chown', ['-R', '-h', `${uid}:${gid}`, folder])
}
