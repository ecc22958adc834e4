import { posix } from 'node:path'
import { z } from 'zod'
import { enter, type Around } from './around.ts'
import { defineTool } from './define.ts'
import { readWhole, storeText } from './file-text.ts'
import { failed, type OwnTool } from './tool.ts'

const Input = z.object({
  path: z.string().min(1).max(4000),
  content: z.string().max(2_000_000).describe('The whole file.'),
})

export function writeTool(around: Around): OwnTool {
  return defineTool({
    name: 'write',
    description:
      'Writes a whole file, new or in place of what is there; folders are made. To change a part of a file, use edit.',
    input: Input,
    changes: true,
    show: ({ path }) => ({ title: `Write ${path}`, kind: 'edit', locations: [{ path }] }),
    run: ({ path, content }, call) =>
      around.inTurn(posix.resolve(around.sandbox.workspace, path), async () => {
        const entered = await enter(around, path, call, 'Write')
        if ('answer' in entered) return entered.answer
        const { place } = entered
        if (place.kind === 'folder' || place.kind === 'other') return failed(`${path} is no file.`)
        const before = place.kind === 'none' ? '' : await readWhole(around.sandbox, place, call.signal)
        if (before === content && place.kind === 'file') return { text: `${path} has this content already.` }
        const rules = await around.rulesFor(place, call.signal)
        const diff = [
          { type: 'diff', path: place.path, oldText: place.kind === 'none' ? null : before, newText: content },
        ]
        const denied = await call.ask({ content: diff })
        if (denied !== undefined) return denied
        const problem = await storeText(around.sandbox, place, { before, content }, call.signal)
        if (problem !== undefined) return failed(problem)
        return {
          text: `${place.kind === 'none' ? 'Made' : 'Wrote'} ${path}.${rules}`,
          update: { content: diff },
        }
      }),
  })
}
