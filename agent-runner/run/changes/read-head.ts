import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Reads the two files that say where a repository stands; nothing of the repository is executed. */
export async function readHead(gitFolder: string): Promise<{ branch?: string; commit?: string }> {
  const head = (await readSmall(join(gitFolder, 'HEAD')))?.trim()
  if (head === undefined) return {}
  if (!head.startsWith('ref: ')) return /^[0-9a-f]{40,64}$/.test(head) ? { commit: head } : {}
  const ref = head.slice(5)
  if (!/^refs\/heads\/[^\0]+$/.test(ref) || ref.includes('..')) return {}
  const branch = ref.slice('refs/heads/'.length).slice(0, 250)
  const loose = (await readSmall(join(gitFolder, ref)))?.trim()
  const packed = loose === undefined ? await readSmall(join(gitFolder, 'packed-refs')) : undefined
  const commit =
    loose ??
    packed
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0]
  return { branch, ...(commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) ? { commit } : {}) }
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path)
    // Reading a pipe would wait for ever.
    if (!found.isFile() || found.size > 5_000_000) return undefined
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}
