import { z } from 'zod'
import { runScript } from '../inside/script.ts'
import { enter, type Around } from './around.ts'
import { defineTool } from './define.ts'
import { fits } from './list.ts'
import { failed, type OwnTool } from './tool.ts'

const shownLimit = 200
const mostLineLength = 300
const readBytes = 2_000_000

const Input = z.object({
  pattern: z.string().min(1).max(2000).describe('Extended regular expression.'),
  path: z.string().max(4000).optional().describe('Folder or file; absent: the workspace.'),
  glob: z.string().max(500).optional().describe('Only files that match, such as *.ts.'),
  ignoreCase: z.boolean().optional(),
})

/** ripgrep where it is, else Git's grep in a repository, else grep. Names end with NUL, so that any name can be told from its line. */
const search = [
  'if [ -d "$2" ]; then cd -- "$2" && set -- "$1" . "$3" || exit 2; else cd -- "${2%/*}" && set -- "$1" "./${2##*/}" "$3" || exit 2; fi',
  'if command -v rg > /dev/null 2>&1; then rg --no-config --null --line-number --no-heading --color never --hidden -g "!.git" ${3:+-i} -e "$1" -- "$2"',
  'elif git rev-parse --is-inside-work-tree > /dev/null 2>&1; then git -c core.fsmonitor= grep --untracked -z -n -I -E --no-color ${3:+-i} -e "$1" -- "$2"',
  'else grep -r -n -I -E -Z --exclude-dir=.git --exclude-dir=node_modules ${3:+-i} -e "$1" -- "$2"; fi',
].join('\n')

export function grepTool(around: Around): OwnTool {
  return defineTool({
    name: 'grep',
    description: `Looks for a regular expression in the files under a folder; what Git ignores is left out. At most ${shownLimit} lines are shown.`,
    input: Input,
    changes: false,
    show: ({ pattern, path }) => ({
      title: `Search for ${pattern.slice(0, 100)}${path === undefined ? '' : ` in ${path}`}`,
      kind: 'search',
      ...(path === undefined ? {} : { locations: [{ path }] }),
    }),
    async run({ pattern, path = '.', glob, ignoreCase = false }, call) {
      const entered = await enter(around, path, call, 'Search')
      if ('answer' in entered) return entered.answer
      const { place } = entered
      if (place.kind === 'none') return failed(`There is no ${path}.`)
      const found = await runScript(around.sandbox, search, {
        args: [pattern, place.real, ignoreCase ? 'i' : ''],
        limit: readBytes,
        signal: call.signal,
      })
      if (found.code > 1 && !found.isCut) return failed(`It can't be searched for: ${found.stderr}`)
      const hits = found.stdout
        .toString()
        .split('\n')
        .flatMap((line) => {
          const hit = /^(?:\.\/)?([^\0]*)\0(\d+)[\0:](.*)$/.exec(line)
          const [, file = '', number = '', text = ''] = hit ?? []
          return hit === null || (glob !== undefined && !fits(file, glob)) ? [] : [{ file, number, text }]
        })
      if (hits.length === 0) return { text: 'Nothing was found.' }
      const shown = hits
        .slice(0, shownLimit)
        .map(({ file, number, text }) => `${file}:${number}: ${text.slice(0, mostLineLength)}`)
      const left =
        hits.length > shown.length || found.isCut
          ? `\n[${hits.length}${found.isCut ? ' or more' : ''} lines in all; say a narrower pattern]`
          : ''
      return { text: `${shown.join('\n')}${left}` }
    },
  })
}
