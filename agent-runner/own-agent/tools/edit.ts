import { posix } from 'node:path'
import { z } from 'zod'
import { applyEdits } from './apply-edits.ts'
import { enter, type Around } from './around.ts'
import { defineTool } from './define.ts'
import { mostTextBytes, readText, storeText } from './file-text.ts'
import { failed, type OwnTool } from './tool.ts'

const Input = z.object({
  path: z.string().min(1).max(4000),
  edits: z
    .array(
      z.object({
        old: z.string().max(500_000).describe('Text of the file, to the letter, that stands there once.'),
        new: z.string().max(500_000),
        all: z.boolean().optional().describe('Replace it everywhere.'),
      }),
    )
    .min(1)
    .max(50),
})

export function editTool(around: Around): OwnTool {
  return defineTool({
    name: 'edit',
    description:
      'Changes a text file: each edit replaces exact text, in the order given, all of them or none. Read the file first, and leave out the line numbers that read shows.',
    input: Input,
    changes: true,
    show: ({ path }) => ({ title: `Edit ${path}`, kind: 'edit', locations: [{ path }] }),
    run: ({ path, edits }, call) =>
      around.inTurn(posix.resolve(around.sandbox.workspace, path), async () => {
        const entered = await enter(around, path, call, 'Edit')
        if ('answer' in entered) return entered.answer
        const { place } = entered
        if (place.kind === 'none') return failed(`There is no ${path}. To make it, use write.`)
        if (place.kind !== 'file') return failed(`${path} is no file.`)
        const before = await readText(around.sandbox, place, call.signal)
        if (before === undefined)
          return failed(`${path} is no text in UTF-8, or longer than ${mostTextBytes / 1_000_000} MB. Use the shell.`)
        const rules = await around.rulesFor(place, call.signal)
        const edited = applyEdits(before, edits)
        if (!edited.ok) return failed(`${edited.error}${rules}`)
        const content = edited.value
        const diff = [{ type: 'diff', path: place.path, oldText: before, newText: content }]
        const denied = await call.ask({ content: diff })
        if (denied !== undefined) return denied
        const problem = await storeText(around.sandbox, place, { before, content }, call.signal)
        if (problem !== undefined) return failed(problem)
        return { text: `Edited ${path}.${rules}`, update: { content: diff } }
      }),
  })
}
