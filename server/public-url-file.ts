import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const path = (dataDir: string): string => join(dataDir, 'public-url')

/** Leaves in the data folder where people reach this server, for commands beside it; it stays there for the time between two starts. */
export async function notePublicUrl(dataDir: string, url: URL): Promise<void> {
  await writeFile(path(dataDir), `${url.origin}\n`, { mode: 0o600 })
}

/** Where people reach, or last reached, the server of this data folder; `undefined` before its first start. */
export async function notedPublicUrl(dataDir: string): Promise<URL | undefined> {
  return URL.parse((await readFile(path(dataDir), 'utf8').catch(() => '')).trim()) ?? undefined
}
