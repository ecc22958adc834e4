import { z } from 'zod'
import { fetchPage } from '../inside/web-page.ts'
import type { Around } from './around.ts'
import { defineTool } from './define.ts'
import { failed, middleCut, type OwnTool } from './tool.ts'

const shownLength = 60_000

const Input = z.object({
  url: z.url({ protocol: /^https?$/ }).max(4000),
  raw: z.boolean().optional().describe('The page as it is, without turning HTML into text.'),
})

export function fetchTool({ sandbox }: Pick<Around, 'sandbox'>): OwnTool {
  return defineTool({
    name: 'fetch',
    description: `Fetches a web address and answers with its text, at most ${shownLength} characters of it. Runs in the sandbox, under its network rules.`,
    input: Input,
    changes: false,
    show: ({ url }) => ({ title: `Fetch ${url}`, kind: 'fetch', rawInput: { url } }),
    async run({ url, raw = false }, call) {
      const denied = await call.ask()
      if (denied !== undefined) return denied
      await call.update({ status: 'in_progress' })
      const got = await fetchPage(sandbox, url, { raw, signal: call.signal })
      if (!got.ok) return failed(got.why)
      const isError = got.status >= 400
      return { text: `${got.url}: status ${got.status}, ${got.type}\n\n${middleCut(got.text, shownLength)}`, isError }
    },
  })
}
