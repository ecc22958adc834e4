import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'

const FILE = 'auth-secret'
const BYTES = 48

/**
 * The key that signs session cookies and invitation links: made at the first start, kept in `<dataDir>/auth-secret`,
 * readable by its owner only. Who holds it can sign in as anybody; without it every session and invitation link ends.
 */
export async function loadAuthSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE)
  const kept = await read(path)
  if (kept !== undefined) return kept
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(BYTES).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link either makes the whole file appear or fails because another process was first.
    await link(draft, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const secret = await read(path)
  if (secret === undefined) throw new Error(`${path} can't be read back after it was written`)
  return secret
}

async function read(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim()
    if (secret.length < 32)
      throw new ConfigError(
        `${path} is too short to be the secret. Restore it from a backup, or delete it: everybody then signs in anew.`,
      )
    return secret
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
