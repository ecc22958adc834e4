import { execFile } from 'node:child_process'
import { lstat, opendir, readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { HarnessId } from '#shared/domain/harness.ts'
import type { OwnAgent } from '#shared/domain/own-agent.ts'
import { carriedFileBytes } from '#shared/domain/snapshot.ts'
import { claudeFolder } from '../harness/sessions/claude-session.ts'
import { geminiChatsFolder } from '../harness/sessions/gemini-session.ts'
import { CommandError } from '../person/server.ts'

export interface OwnSession {
  readonly id: string
  readonly harness: HarnessId
  /** As it is called in a snapshot. */
  readonly path: string
  readonly content: Buffer
}

export interface Person {
  readonly home: string
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Files that are looked at, the newest first. */
const lookedAt = 300

/** The conversation that somebody had last with an agent of theirs in `top`. @throws CommandError */
export async function findOwnSession(agent: OwnAgent, top: string, person: Person): Promise<OwnSession> {
  const found = await find[agent](await realpath(top), person)
  if (found === undefined) throw new CommandError(`${agentNames[agent]} has no conversation of this checkout here.`)
  if (found.content.byteLength > carriedFileBytes)
    throw new CommandError(
      `The conversation of ${agentNames[agent]} is larger than ${carriedFileBytes / 1_000_000} MB.`,
    )
  return { ...found, harness: HarnessId.parse(agent) }
}

export const agentNames: Readonly<Record<OwnAgent, string>> = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  opencode: 'OpenCode',
  gemini: 'Gemini CLI',
}

/** Where an agent keeps what is its person's. OpenCode is asked by its command. */
export function agentFolder(agent: Exclude<OwnAgent, 'opencode'>, { home, variables }: Person): string {
  switch (agent) {
    case 'claude-code':
      return variables['CLAUDE_CONFIG_DIR'] ?? join(home, '.claude')
    case 'codex':
      return variables['CODEX_HOME'] ?? join(home, '.codex')
    case 'gemini':
      return join(variables['GEMINI_CLI_HOME'] ?? home, '.gemini')
  }
}

/** Gemini CLI's names for the folders that it has worked in. */
export async function readProjects(folder: string): Promise<Record<string, string>> {
  return GeminiProjects.safeParse(await readJson(join(folder, 'projects.json'))).data?.projects ?? {}
}

type Found = Omit<OwnSession, 'harness'>

const find: Readonly<Record<OwnAgent, (top: string, person: Person) => Promise<Found | undefined>>> = {
  'claude-code': async (top, person) => {
    const projects = join(agentFolder('claude-code', person), claudeFolder(top).replace(/^\.claude\//, ''))
    const [newest] = await newestIn([projects], /^[\w-]+\.jsonl$/)
    return newest === undefined ? undefined : fileAs(newest, basename(newest, '.jsonl'), basename(newest))
  },
  codex: async (top, person) => {
    const days = await foldersBelow(join(agentFolder('codex', person), 'sessions'), 3)
    for (const path of await newestIn(days, /^rollout-.*\.jsonl$/)) {
      const content = await readFile(path)
      const meta = CodexMeta.safeParse(firstLine(content)).data?.payload
      const parts = path.split('/').slice(-4)
      if (meta?.cwd === top) return { id: meta.id, path: ['.codex/sessions', ...parts].join('/'), content }
    }
    return undefined
  },
  gemini: async (top, person) => {
    const base = agentFolder('gemini', person)
    const slug = (await readProjects(base))[top]
    const folder = slug === undefined ? join(base, '..', geminiChatsFolder(top)) : join(base, 'tmp', slug, 'chats')
    for (const path of await newestIn([folder], /^session-.*\.jsonl$/)) {
      const content = await readFile(path)
      const head = GeminiMeta.safeParse(firstLine(content)).data
      // One that was only opened has nothing in it.
      if (head !== undefined && content.includes('"type":"gemini"'))
        return { id: head.sessionId, path: basename(path), content }
    }
    return undefined
  },
  opencode: async (top, { variables }) => {
    const listed = await openCode(['session', 'list', '--format', 'json'], top, variables)
    const sessions = OpenCodeSessions.safeParse(parseJson(listed)).data ?? []
    const id = sessions.filter((one) => one.directory === top).toSorted((a, b) => b.updated - a.updated)[0]?.id
    if (id === undefined) return undefined
    return { id, path: `${id}.json`, content: Buffer.from(await openCode(['export', id], top, variables)) }
  },
}

const CodexMeta = z.object({ type: z.literal('session_meta'), payload: z.object({ id: z.string(), cwd: z.string() }) })
const GeminiMeta = z.object({ sessionId: z.string(), kind: z.literal('main').optional() })
const GeminiProjects = z.object({ projects: z.record(z.string(), z.string().regex(/^[a-z0-9-]+$/)) })
const OpenCodeSessions = z.array(z.object({ id: z.string(), directory: z.string(), updated: z.number() }))

/** @throws CommandError where OpenCode is not there, or does not do it. */
export async function openCode(
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const env = { ...variables, OPENCODE_DISABLE_AUTOUPDATE: '1' }
  // By a file: what OpenCode writes into a pipe may be cut when it ends.
  const script =
    'out=$(mktemp) && opencode "$@" > "$out" < /dev/null; code=$?; cat -- "$out"; rm -f -- "$out"; exit $code'
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', script, 'opencode', ...args], {
      cwd,
      env,
      maxBuffer: 2 * carriedFileBytes,
      timeout: 120_000,
    })
    return stdout
  } catch (error) {
    throw new CommandError('OpenCode could not be asked: is the command “opencode” on the path?', { cause: error })
  }
}

async function fileAs(path: string, id: string, name: string): Promise<Found> {
  return { id, path: name, content: await readFile(path) }
}

/** Files of these folders whose names fit, the newest first. */
async function newestIn(folders: readonly string[], name: RegExp): Promise<string[]> {
  const found = (await Promise.all(folders.map((folder) => entries(folder, name)))).flat()
  const dated = await Promise.all(
    found.map(async (path) => {
      const state = await lstat(path)
      return state.isFile() ? [{ path, at: state.mtimeMs }] : []
    }),
  )
  return dated
    .flat()
    .toSorted((a, b) => b.at - a.at)
    .slice(0, lookedAt)
    .map(({ path }) => path)
}

async function foldersBelow(folder: string, depth: number): Promise<string[]> {
  if (depth === 0) return [folder]
  const inside = await entries(folder, /^\d+$/)
  return (await Promise.all(inside.map((one) => foldersBelow(one, depth - 1)))).flat()
}

async function entries(folder: string, name: RegExp): Promise<string[]> {
  const found: string[] = []
  try {
    for await (const entry of await opendir(folder)) if (name.test(entry.name)) found.push(join(folder, entry.name))
  } catch {
    // The agent was never used here.
  }
  return found
}

function firstLine(content: Buffer): unknown {
  const end = content.indexOf(10)
  return parseJson(content.subarray(0, end === -1 ? content.byteLength : end).toString())
}

async function readJson(path: string): Promise<unknown> {
  return parseJson(await readFile(path, 'utf8').catch(() => ''))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
