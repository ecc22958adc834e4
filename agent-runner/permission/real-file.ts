import { lstat, realpath } from 'node:fs/promises'
import { posix } from 'node:path'
import type { ActionFile } from '#shared/permission/judge-action.ts'
import { pathIn } from '#shared/permission/path-patterns.ts'
import { isWithin } from '#shared/permission/part-folders.ts'

/**
 * Where files are that an agent names: by their letters, and once more by what links make of them, so that a link to a protected file is
 * protected too. Between this look and the change a link can still be swapped: the sandbox is the wall, this is the question before it.
 * @param paths as the agent sees them, whole or from the workspace.
 */
export async function lookAtFiles(
  paths: readonly string[],
  { workspace, hostWorkspace }: { workspace: string; hostWorkspace: string },
): Promise<ActionFile[]> {
  const found = await Promise.all(
    paths.slice(0, 100).map(async (path): Promise<ActionFile[]> => {
      const name = pathIn(workspace, path)
      if (name.startsWith('/') && name !== workspace) return [{ path: name, where: 'outside' }]
      const inside = name === workspace ? '' : name
      const real = await realName(hostWorkspace, inside)
      if (typeof real !== 'string') return [{ path: inside, where: real.where }]
      const itself: ActionFile = { path: inside, where: 'inside' }
      return real === inside ? [itself] : [itself, { path: real, where: 'inside' }]
    }),
  )
  // What was not looked at is not known to be harmless.
  const more: ActionFile[] = paths.length > 100 ? [{ path: `${paths.length - 100} more`, where: 'unsure' }] : []
  return [...found.flat(), ...more]
}

/** The name from the workspace's root once every link is followed; what does not exist yet is below the nearest folder that does. */
async function realName(root: string, name: string): Promise<string | { where: 'outside' | 'unsure' }> {
  try {
    const base = await realpath(root)
    const rest: string[] = []
    let path = posix.join(root, name)
    while (isWithin(root, path)) {
      const real = await realpath(path).catch(() => undefined)
      if (real !== undefined) {
        const whole = posix.join(real, ...rest)
        return isWithin(base, whole) ? posix.relative(base, whole) : { where: 'outside' }
      }
      // A link that leads to nothing: what is written through it can end up anywhere.
      if (await isThere(path)) return { where: 'unsure' }
      rest.unshift(posix.basename(path))
      path = posix.dirname(path)
    }
  } catch {
    return { where: 'unsure' }
  }
  return { where: 'unsure' }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
