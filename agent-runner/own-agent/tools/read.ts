import { z } from 'zod'
import { runScript } from '../inside/script.ts'
import { enter, type Around } from './around.ts'
import { defineTool } from './define.ts'
import { failed, type OwnTool } from './tool.ts'

const mostLines = 2_000
const mostLineLength = 2_000
const mostBytes = 200_000
const mostImageBytes = 5_000_000

const Input = z.object({
  path: z.string().min(1).max(4000),
  firstLine: z.number().int().min(1).optional().describe('Absent: 1.'),
  lines: z.number().int().min(1).max(mostLines).optional().describe(`Absent: ${mostLines}.`),
})

const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

/** Prints the wanted lines; the number of all lines goes to descriptor 2, so that the answer can say what is left. */
const lines =
  'tail -n +"$2" -- "$1" | head -n "$3" | cut -b "1-$4" | head -c "$5"; grep -c "" -- "$1" >&2; [ $? -le 1 ]'

export function readTool(around: Around): OwnTool {
  const { sandbox } = around
  return defineTool({
    name: 'read',
    description:
      'Reads a text file, with the number before each line, or shows a picture (PNG, JPEG, GIF, WebP). Long files come in parts: say firstLine and lines.',
    input: Input,
    changes: false,
    show: ({ path, firstLine }) => ({
      title: `Read ${path}`,
      kind: 'read',
      locations: [{ path, ...(firstLine === undefined ? {} : { line: firstLine }) }],
    }),
    async run({ path, firstLine = 1, lines: count = mostLines }, call) {
      const entered = await enter(around, path, call, 'Read')
      if ('answer' in entered) return entered.answer
      const { place } = entered
      if (place.kind === 'none') return failed(`There is no ${path}.`)
      if (place.kind === 'folder') return failed(`${path} is a folder: use list.`)
      if (place.kind === 'other') return failed(`${path} is no file that can be read.`)
      const rules = await around.rulesFor(place, call.signal)
      const mediaType = imageTypes[/\.([a-z]+)$/i.exec(place.real)?.[1]?.toLowerCase() ?? '']
      if (mediaType !== undefined) {
        if (place.bytes > mostImageBytes) return failed(`${path} is larger than ${mostImageBytes / 1_000_000} MB.`)
        const image = await runScript(sandbox, 'cat -- "$1"', {
          args: [place.real],
          limit: mostImageBytes + 1,
          signal: call.signal,
        })
        if (image.code !== 0) return failed(`${path} can't be read: ${image.stderr}`)
        return {
          text: `${path}, ${place.bytes} bytes.${rules}`,
          images: [{ data: image.stdout.toString('base64'), mediaType }],
        }
      }
      const read = await runScript(sandbox, lines, {
        args: [place.real, String(firstLine), String(count), String(mostLineLength), String(mostBytes)],
        limit: mostBytes + 1,
        signal: call.signal,
      })
      const total = Number(/(\d+)\s*$/.exec(read.stderr)?.[1] ?? Number.NaN)
      if (read.code !== 0) return failed(`${path} can't be read: ${read.stderr}`)
      if (read.stdout.includes(0))
        return failed(`${path} is binary, ${place.bytes} bytes. Use the shell to look into it.`)
      const text = read.stdout.toString()
      if (text === '') {
        const why = place.bytes === 0 ? 'is empty' : `has ${total} lines, none from line ${firstLine}`
        return { text: `${path} ${why}.${rules}` }
      }
      const shown = text.replace(/\n$/, '').split('\n')
      const numbered = shown.map((line, index) => `${firstLine + index}\t${line}`)
      const last = firstLine + shown.length - 1
      const left = Number.isFinite(total) && total > last ? `\n\n[lines ${firstLine} to ${last} of ${total}]` : ''
      return { text: `${numbered.join('\n')}${left}${rules}` }
    },
  })
}
