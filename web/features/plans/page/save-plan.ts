import { strToU8, zipSync, type Zippable } from 'fflate'
import type { ImageType } from '#shared/domain/plan-image.ts'
import type { BlobHash, PlanId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { renameImages } from '#sync/core/plan/rename-images.ts'
import { textOfPlan } from '../acts/plan-bodies.ts'
import { fileNameOf, saveAs } from './save-as.ts'

const endings: Record<ImageType, string> = { png: 'png', jpeg: 'jpg', gif: 'gif', webp: 'webp', avif: 'avif' }
/** Zip knows no older time; the same plan gives the same bytes. */
const noTime = new Date(1980, 0, 1)

/**
 * Saves a plan as a Markdown file; with pictures, as a zip of it and of them. `missing`: pictures that this device can't have now, which keep their
 * address. `undefined`: this device has less than the whole text, and nothing is saved.
 */
export async function savePlan(
  workspace: Workspace,
  planId: PlanId,
  title: string,
): Promise<{ readonly missing: number } | undefined> {
  const markdown = await textOfPlan(workspace, planId)
  if (markdown === undefined) return undefined
  const name = fileNameOf(title)
  const plan = parsePlan(markdown)
  const hashes = new Set<BlobHash>()
  renameImages(plan, (hash) => void hashes.add(hash))
  const names = new Map<BlobHash, string>()
  const files: Zippable = {}
  for (const hash of hashes) {
    const found = await workspace.readImage(hash, new AbortController().signal)
    if (typeof found !== 'object') continue
    const path = `images/${hash.slice(0, 16)}.${endings[found.type]}`
    names.set(hash, path)
    // They are packed as they are.
    files[path] = [found.content, { level: 0 }]
  }
  if (names.size === 0) saveAs(new Blob([markdown], { type: 'text/markdown;charset=utf-8' }), `${name}.md`)
  else {
    files[`${name}.md`] = strToU8(writePlan(renameImages(plan, (hash) => names.get(hash))))
    saveAs(new Blob([zipSync(files, { mtime: noTime })], { type: 'application/zip' }), `${name}.zip`)
  }
  return { missing: hashes.size - names.size }
}
