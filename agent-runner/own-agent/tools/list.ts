import { matchesGlob, posix } from 'node:path'
import { z } from 'zod'
import { runScript } from '../inside/script.ts'
import { enter, type Around } from './around.ts'
import { defineTool } from './define.ts'
import { failed, type OwnTool } from './tool.ts'

const shownLimit = 500
const readBytes = 4_000_000

const Input = z.object({
  path: z.string().max(4000).optional().describe('Folder; absent: the workspace.'),
  pattern: z.string().max(500).optional().describe('Glob under it, such as **/*.ts; absent: everything.'),
})

/** All files under a folder as paths from it: Git's view of it where there is one, so that what is ignored stays away. */
export const listFiles = [
  'cd -- "$1" || exit 1',
  'if git rev-parse --is-inside-work-tree > /dev/null 2>&1; then git -c core.fsmonitor= ls-files -z --cached --others --exclude-standard --deduplicate -- . ',
  'elif command -v rg > /dev/null 2>&1; then rg --no-config --files --null --hidden -g "!.git"',
  'else find . -name .git -prune -o -name node_modules -prune -o \\( -type f -o -type l \\) -print0; fi',
].join('\n')

export function listTool(around: Around): OwnTool {
  return defineTool({
    name: 'list',
    description: `Lists the files under a folder, or those that match a glob; what Git ignores is left out. At most ${shownLimit} are shown.`,
    input: Input,
    changes: false,
    show: ({ path = '.', pattern }) => ({
      title: pattern === undefined ? `List ${path}` : `Find ${pattern}${path === '.' ? '' : ` in ${path}`}`,
      kind: 'search',
      locations: [{ path }],
    }),
    async run({ path = '.', pattern }, call) {
      const entered = await enter(around, path, call, 'List')
      if ('answer' in entered) return entered.answer
      const { place } = entered
      if (place.kind !== 'folder') return failed(`There is no folder ${path}.`)
      const listed = await runScript(around.sandbox, listFiles, {
        args: [place.real],
        limit: readBytes,
        signal: call.signal,
      })
      if (listed.code !== 0 && !listed.isCut) return failed(`${path} can't be listed: ${listed.stderr}`)
      const all = listed.stdout
        .toString()
        .split('\0')
        .map((file) => file.replace(/^\.\//, ''))
        .filter((file) => file !== '')
      const found = pattern === undefined ? all : all.filter((file) => fits(file, pattern))
      if (found.length === 0) return { text: pattern === undefined ? `${path} has no files.` : 'No file matches.' }
      const shown = found.slice(0, shownLimit).toSorted()
      const left =
        found.length > shown.length || listed.isCut
          ? `\n[${found.length}${listed.isCut ? ' or more' : ''} in all; say a narrower pattern]`
          : ''
      const rules = await around.rulesFor(place, call.signal)
      return { text: `${shown.join('\n')}${left}${rules}` }
    },
  })
}

/** A pattern without a slash is for names, as in .gitignore. */
export function fits(file: string, pattern: string): boolean {
  const wanted = pattern.replace(/^\.?\//, '')
  return matchesGlob(wanted.includes('/') ? file : posix.basename(file), wanted)
}
