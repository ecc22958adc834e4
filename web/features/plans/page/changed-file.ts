import type { FileChange } from '#shared/domain/transcript.ts'

/** The changed file that the path in a plan means: `src/app.ts`, `./src/app.ts:12`, the end of a path, or a folder with changes in it. */
export function changedFile(files: readonly Pick<FileChange, 'path'>[], mentioned: string): string | undefined {
  const path = mentioned
    .replace(/:\d+(?:[:-]\d+)?$/, '')
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
  if (path === '') return undefined
  const paths = files.map((file) => file.path)
  return (
    paths.find((one) => one === path) ??
    paths.find((one) => one.startsWith(`${path}/`)) ??
    paths.find((one) => one.endsWith(`/${path}`))
  )
}
