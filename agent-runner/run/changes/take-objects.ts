import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../log.ts'

const atOnce = 100

/**
 * Gives an object store of ours the objects of a fresh clone as they are: writing 500 MB into a pack anew takes some 5 s, linking it no time.
 * @param hardLinks Off where somebody may write to the clone's files who can't write to ours.
 * @returns false when the clone has objects elsewhere, so that nothing was taken.
 */
export async function takeObjects(from: string, to: string, { hardLinks }: { hardLinks: boolean }): Promise<boolean> {
  const elsewhere = await stat(join(from, 'info/alternates')).catch(() => undefined)
  if (elsewhere !== undefined) return false

  async function takeAll(folder: string, wanted: RegExp): Promise<void> {
    await mkdir(join(to, folder), { recursive: true })
    const names = (await readdir(join(from, folder)).catch(() => [])).filter((name) => wanted.test(name))
    for (let start = 0; start < names.length; start += atOnce) {
      await Promise.all(names.slice(start, start + atOnce).map((name) => takeOne(join(folder, name))))
    }
  }

  async function takeOne(path: string): Promise<void> {
    const [source, target] = [join(from, path), join(to, path)]
    // A file system that knows no links gets a copy.
    const linked =
      hardLinks &&
      (await link(source, target).then(
        () => true,
        () => false,
      ))
    if (linked) return
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL).catch((error: unknown) => {
      // What is there already has the same name, and so the same content.
      if (codeOf(error) !== 'EEXIST') throw error
    })
  }

  // A pack counts from the moment its index is there.
  await takeAll('pack', /\.pack$/)
  await takeAll('pack', /\.idx$/)
  for (const folder of await readdir(from)) {
    if (/^[0-9a-f]{2}$/.test(folder)) await takeAll(folder, /^[0-9a-f]+$/)
  }
  return true
}
