import { z } from 'zod'
import { posix } from 'node:path'
import { plainText } from '../../terminals/agent-terminals.ts'
import { runShell } from '../inside/shell.ts'
import type { Around } from './around.ts'
import { defineTool } from './define.ts'
import { openOutput } from './long-output.ts'
import type { OwnTool } from './tool.ts'

const defaultSeconds = 120
const mostSeconds = 3600
/** How a shell tells that its command was ended by SIGKILL, as the kernel does for memory. */
const killedCode = 137

const Input = z.object({
  command: z.string().min(1).max(100_000).describe('What Bash runs.'),
  description: z.string().max(200).optional().describe('What it does, in three to eight words.'),
  cwd: z.string().max(1000).optional().describe('Folder to run it in; absent: the workspace.'),
  timeoutSeconds: z.number().int().min(1).max(mostSeconds).optional().describe(`Absent: ${defaultSeconds}.`),
})

export function shellTool(around: Around): OwnTool {
  const { sandbox } = around
  const folderOf = (cwd: string | undefined): string => posix.resolve(sandbox.workspace, cwd ?? '.')

  return defineTool({
    name: 'shell',
    description:
      'Runs a command with Bash in the sandbox and answers with its output and exit code. Each command starts anew: neither folder nor variables carry over. It gets no input from you; what needs some, or is to go on working, belongs into `terminal_start` where there is that, else into the background with its output in a file. Long output is cut in the middle, and the whole is kept in a file that the answer names.',
    input: Input,
    changes: true,
    show: ({ command, description, cwd }) => ({
      title: description ?? firstLine(command),
      kind: 'execute',
      rawInput: { command, ...(cwd === undefined ? {} : { cwd: folderOf(cwd) }) },
    }),
    async run({ command, cwd, timeoutSeconds = defaultSeconds }, call) {
      const denied = await call.ask()
      if (denied !== undefined) return denied
      await call.update({ status: 'in_progress' })
      const output = openOutput(around, call.id)
      const decoder = new TextDecoder()
      const tell = async (data: string): Promise<void> => {
        if (data !== '') await call.update({ _meta: { terminal_output_delta: { terminal_id: call.id, data } } })
      }
      const { code, isLate, takenBy } = await runShell(around, {
        command,
        cwd: folderOf(cwd),
        seconds: timeoutSeconds,
        signal: call.signal,
        write: async (piece) => {
          await output.take(piece)
          await tell(decoder.decode(piece, { stream: true }))
        },
      }).catch(async (error: unknown) => {
        await output.close()
        throw error
      })
      await tell(decoder.decode())
      const printed = plainText(await output.close())
      call.signal.throwIfAborted()
      const ended = isLate
        ? `It was ended after ${timeoutSeconds} seconds. Run it again with a longer time-out if it needs one, and with what it asked for if it did.`
        : code === killedCode && (await sandbox.ranOutOfMemory())
          ? 'The sandbox ran out of memory.'
          : `Exit code ${code}.`
      const end = takenBy === undefined ? ended : `${takenBy} took over its terminal meanwhile. ${ended}`
      const isError = isLate || code !== 0
      return {
        text: printed === '' ? `${end} It printed nothing.` : `${printed}\n\n${end}`,
        isError,
        update: { _meta: { terminal_exit: { terminal_id: call.id, exit_code: code } } },
      }
    },
  })
}

function firstLine(command: string): string {
  const [first = '', ...more] = command.trim().split('\n')
  return more.length > 0 || first.length > 120 ? `${first.slice(0, 120)} …` : first
}
