import { constants } from 'node:fs'
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives an object store of ours the packs of a fresh clone as they are: writing 500 MB of objects into a pack anew takes some 5 s, copying
 * them less than one, linking them no time.
 * @param hardLinks Off where somebody may write to the clone's files who can't write to ours.
 * @returns what they hold: all objects of the clone, those that are packed, or nothing since it has objects in other folders.
 */
export async function takePacks(
  from: string,
  to: string,
  { hardLinks }: { hardLinks: boolean },
): Promise<'all' | 'packed' | 'nothing'> {
  const lentFrom = await stat(join(from, 'info/alternates')).catch(() => undefined)
  if (lentFrom !== undefined) return 'nothing'
  await mkdir(join(to, 'pack'), { recursive: true })
  const names = await readdir(join(from, 'pack')).catch(() => [])
  // A pack counts from the moment its index is there.
  for (const end of ['.pack', '.idx']) {
    for (const name of names.filter((one) => one.endsWith(end))) {
      const [source, target] = [join(from, 'pack', name), join(to, 'pack', name)]
      const linked =
        hardLinks &&
        (await link(source, target)
          .then(() => true)
          .catch(() => false))
      if (!linked) await copyFile(source, target, constants.COPYFILE_FICLONE)
    }
  }
  const loose = (await readdir(from)).some((name) => /^[0-9a-f]{2}$/.test(name))
  return loose ? 'packed' : 'all'
}
