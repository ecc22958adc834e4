import { posix } from 'node:path'
import { z } from 'zod'
import { namedKeys, shownKeys, withCtrl, type NamedKey } from '#shared/terminal/keys.ts'
import type { AgentTerminal, AgentTerminals, Settled } from '../../terminals/agent-terminals.ts'
import { terminalMeta } from '../../terminals/terminal-meta.ts'
import { messageOf } from '../../log.ts'
import type { Around } from './around.ts'
import { defineTool } from './define.ts'
import { failed, type CallContext, type OwnTool, type ToolAnswer } from './tool.ts'

const Seconds = z.number().int().min(1).max(600).optional()
const Name = z.string().min(1).max(20).describe('Name of the terminal, such as t1.')
const keyNames = Object.keys(namedKeys) as [NamedKey, ...NamedKey[]]
const usualSeconds = 10
/** Bash where there is one, as for `shell`. */
const launcher = 'if command -v bash > /dev/null 2>&1; then exec bash -c "$1"; else exec sh -c "$1"; fi'

const StartInput = z.object({
  command: z.string().min(1).max(100_000).describe('What Bash runs in the terminal.'),
  description: z.string().max(200).optional().describe('What it is for, in three to eight words.'),
  cwd: z.string().max(1000).optional().describe('Folder to run it in; absent: the workspace.'),
  waitSeconds: Seconds.describe(`How long to wait for output, at most; absent: ${usualSeconds}.`),
})

const WriteInput = z.object({
  terminal: Name,
  text: z.string().max(8_000).optional().describe('Typed as it is. It has no Enter at its end unless `keys` says so.'),
  keys: z
    .array(z.union([z.enum(keyNames), z.string().regex(/^Ctrl\+[A-Z[\\\]^_]$/)]))
    .max(100)
    .optional()
    .describe('Keys after the text, such as ["Enter"], ["Ctrl+C"] or ["Down", "Enter"].'),
  waitSeconds: Seconds.describe(`How long to wait for what it prints, at most; absent: ${usualSeconds}.`),
})

const ReadInput = z.object({
  terminal: Name,
  waitSeconds: Seconds.describe(`How long to wait for output, at most; absent: ${usualSeconds}.`),
})

/** Commands that need a terminal, or that go on while the agent does something else. People watch them and can take them over. */
export function terminalTools({ sandbox, terminals }: Around): OwnTool[] {
  if (terminals === undefined) return []
  const all = terminals

  const start = defineTool({
    name: 'terminal_start',
    description:
      'Starts a command in a terminal of its own and answers with its name and what it printed so far: for programs that ask or redraw (REPLs, debuggers, database shells, `npm init`), and for servers that go on. Use `shell` for everything else. People can watch it and take it over.',
    input: StartInput,
    changes: true,
    show: ({ command, description, cwd }) => ({
      title: description ?? command.slice(0, 120),
      kind: 'execute',
      rawInput: { command, ...(cwd === undefined ? {} : { cwd: posix.resolve(sandbox.workspace, cwd) }) },
    }),
    async run({ command, description, cwd, waitSeconds = usualSeconds }, call) {
      const denied = await call.ask()
      if (denied !== undefined) return denied
      await call.update({ status: 'in_progress' })
      try {
        const terminal = await all.start({
          argv: ['sh', '-c', launcher, 'drover', command],
          cwd: posix.resolve(sandbox.workspace, cwd ?? '.'),
          title: description ?? command,
        })
        const settled = await terminal.settle({ seconds: waitSeconds, signal: call.signal })
        return answer(terminal, settled, `It runs in the terminal ${terminal.name}.`)
      } catch (error) {
        call.signal.throwIfAborted()
        return failed(`It could not be started: ${messageOf(error)}`)
      }
    },
  })

  const write = defineTool({
    name: 'terminal_write',
    description:
      'Types text and keys into a terminal that `terminal_start` opened, and answers with what it printed then. While a person has taken it over this waits until they hand it back, and what you wanted to type is not typed.',
    input: WriteInput,
    changes: true,
    show: (input) => ({
      title: `Write to ${titleOf(all, input.terminal)}`.slice(0, 300),
      kind: 'execute',
      rawInput: shownKeys(toKeys(input)),
    }),
    async run({ waitSeconds = usualSeconds, ...input }, call) {
      const terminal = all.get(input.terminal)
      if (terminal === undefined) return unknown(all, input.terminal)
      const keys = toKeys(input)
      if (keys === '') return failed('There is nothing to type: give text or keys.')
      const denied = await call.ask({ _meta: { [terminalMeta]: input.terminal } })
      if (denied !== undefined) return denied
      await call.update({ status: 'in_progress' })
      const taken = terminal.write(keys)
      const settled = await terminal.settle({ seconds: waitSeconds, signal: call.signal })
      if (taken === undefined) return answer(terminal, settled, 'It was typed.')
      return { ...answer(terminal, settled, 'What you wanted to type was not typed.'), isError: true }
    },
  })

  const read = defineTool({
    name: 'terminal_read',
    description: 'Answers with what a terminal printed since you last looked, and whether its command has ended.',
    input: ReadInput,
    changes: false,
    show: ({ terminal }) => ({ title: `Look at ${titleOf(all, terminal)}`.slice(0, 300), kind: 'read' }),
    run: async ({ terminal: name, waitSeconds = usualSeconds }, call) =>
      withTerminal(all, name, async (terminal) => answer(terminal, await settle(terminal, waitSeconds, call), '')),
  })

  const stop = defineTool({
    name: 'terminal_stop',
    description: 'Ends the command of a terminal.',
    input: z.object({ terminal: Name }),
    changes: true,
    show: ({ terminal }) => ({ title: `End ${titleOf(all, terminal)}`.slice(0, 300), kind: 'execute' }),
    run: async ({ terminal: name }, call) =>
      withTerminal(all, name, async (terminal) => {
        await terminal.stop()
        return answer(terminal, await settle(terminal, 1, call), '')
      }),
  })
  return [start, write, read, stop]
}

function settle(terminal: AgentTerminal, seconds: number, { signal }: CallContext): Promise<Settled> {
  return terminal.settle({ seconds, signal })
}

async function withTerminal(
  terminals: AgentTerminals,
  name: string,
  act: (terminal: AgentTerminal) => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  const terminal = terminals.get(name)
  return terminal === undefined ? unknown(terminals, name) : act(terminal)
}

function toKeys({ text = '', keys = [] }: { text?: string | undefined; keys?: readonly string[] | undefined }): string {
  return text + keys.map((key) => keyOf(key)).join('')
}

function keyOf(key: string): string {
  const named: string | undefined = (namedKeys as Readonly<Record<string, string>>)[key]
  return named ?? withCtrl(key.slice('Ctrl+'.length)) ?? ''
}

function answer(terminal: AgentTerminal, { printed, end, takenBy }: Settled, first: string): ToolAnswer {
  const code = end?.exitCode === undefined ? '' : ` with exit code ${end.exitCode}`
  const parts = [
    takenBy === undefined ? '' : `${takenBy} took over the terminal ${terminal.name} and has handed it back.`,
    first,
    printed === '' ? 'It printed nothing new.' : `It printed:\n${printed}\n`,
    end === undefined ? `The command goes on in ${terminal.name}.` : `The command has ended${code}.`,
  ]
  return { text: parts.filter((part) => part !== '').join('\n') }
}

function unknown(terminals: AgentTerminals, name: string): ToolAnswer {
  const names = terminals.names()
  return failed(
    `There is no terminal ${name}. ${names.length === 0 ? 'None is open.' : `There are: ${names.join(', ')}.`}`,
  )
}

function titleOf(terminals: AgentTerminals, name: string): string {
  return `“${terminals.get(name)?.title ?? name}”`
}
