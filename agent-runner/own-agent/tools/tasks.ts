import { z } from 'zod'
import { defineTool } from './define.ts'
import type { OwnTool } from './tool.ts'

export const OwnTask = z.object({
  text: z.string().min(1).max(400),
  status: z.enum(['pending', 'in_progress', 'completed', 'cancelled']),
})
export type OwnTask = z.infer<typeof OwnTask>

const Input = z.object({ tasks: z.array(OwnTask).max(100) })

/** @param tell shows the list to people and keeps it for the conversation. */
export function tasksTool(tell: (tasks: readonly OwnTask[]) => Promise<void>): OwnTool {
  return defineTool({
    name: 'tasks',
    description:
      'Shows people what you are going to do and how far you are. Give the whole list each time. Use it for work of three steps or more, with one task in progress at a time.',
    input: Input,
    changes: false,
    isSilent: true,
    show: () => ({ title: 'Tasks', kind: 'think' }),
    async run({ tasks }) {
      await tell(tasks)
      return { text: 'The list is shown.' }
    },
  })
}

/** As the Agent Client Protocol tells it; what its three statuses can't say stands in `_meta`. */
export function planEntries(tasks: readonly OwnTask[]): Record<string, unknown>[] {
  return tasks.map(({ text, status }) => ({
    content: text,
    priority: 'medium',
    status: status === 'cancelled' ? 'completed' : status,
    ...(status === 'cancelled' ? { _meta: { 'drover/status': status } } : {}),
  }))
}
