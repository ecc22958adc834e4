import { access, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { OwnAgent } from '#shared/domain/own-agent.ts'
import { carriedFileBytes, type Snapshot } from '#shared/domain/snapshot.ts'
import { claudeFolder } from '../harness/sessions/claude-session.ts'
import { codexRollouts } from '../harness/sessions/codex-session.ts'
import { geminiChatsFolder } from '../harness/sessions/gemini-session.ts'
import { fitsPlace } from '../harness/sessions/in-home.ts'
import { isPlainId } from '../harness/sessions/session-store.ts'
import { codeOf } from '../log.ts'
import { CommandError, type DroverServer } from '../person/server.ts'
import { getContent } from '../snapshot/content.ts'
import { agentNames, agentFolder, openCode, readProjects, type Person } from './own-session.ts'

interface Brought {
  readonly id: string
  readonly path: string
  readonly content: Buffer
  /** The checkout. */
  readonly top: string
  readonly person: Person
}

/**
 * Gives the agent on a person's own machine the session that its like has had in a run, where it is set up here. Nothing that is there is written over.
 * @returns a sentence that says what came of it, `undefined` where the run's agent has no like here.
 */
export async function bringSession(
  server: Pick<DroverServer, 'fetchPiece'>,
  session: NonNullable<Snapshot['session']>,
  { top, person }: Pick<Brought, 'top' | 'person'>,
): Promise<string | undefined> {
  const agent = OwnAgent.safeParse(session.harness).data
  const [file] = session.files
  if (agent === undefined) return undefined
  const name = agentNames[agent]
  const asText = 'so its conversation is here as text alone'
  if (file === undefined || !isPlainId(session.id)) return `The session of ${name} is none that it has, ${asText}.`
  if (agent !== 'opencode' && !(await isThere(agentFolder(agent, person))))
    return `${name} is not set up on this machine, ${asText}.`
  try {
    const content = await getContent(file.content, server.fetchPiece, carriedFileBytes)
    await bring[agent]({ id: session.id, path: file.path, content, top, person })
    return `${name} can go on with it here: ${commands[agent]} ${session.id}`
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return `${name} has this session here already: ${commands[agent]} ${session.id}`
    if (error instanceof CommandError) return `${error.message} The conversation is here as text.`
    throw error
  }
}

const commands: Readonly<Record<OwnAgent, string>> = {
  'claude-code': 'claude --resume',
  codex: 'codex resume',
  opencode: 'opencode --session',
  gemini: 'gemini --resume',
}

const bring: Readonly<Record<OwnAgent, (session: Brought) => Promise<void>>> = {
  'claude-code': async ({ id, content, top, person }) => {
    const projects = claudeFolder(top).replace(/^\.claude\//, '')
    await write(join(agentFolder('claude-code', person), projects, `${id}.jsonl`), content)
  },
  codex: async ({ id, path, content, top, person }) => {
    if (!fitsPlace(path, codexRollouts(id))) throw new CommandError('The session of Codex has a path that is none.')
    const below = path.replace(/^\.codex\//, '')
    await write(join(agentFolder('codex', person), below), withFolder(content, top))
  },
  gemini: async ({ id, content, top, person }) => {
    const folder = agentFolder('gemini', person)
    const known = (await readProjects(folder))[top]
    const slug = known ?? basename(dirname(geminiChatsFolder(top)))
    const root = await readFile(join(folder, 'tmp', slug, '.project_root'), 'utf8').catch(() => undefined)
    if (known === undefined && root !== undefined && root.trim() !== top)
      throw new CommandError(
        'Start Gemini CLI once in this checkout, then do this again: it has to give it a folder first.',
      )
    await write(join(folder, 'tmp', slug, 'chats', `session-2000-01-01T00-00-${id.slice(0, 8)}.jsonl`), content)
  },
  opencode: async ({ content, top, person }) => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-session-'))
    try {
      const file = join(folder, 'session.json')
      await writeFile(file, content, { mode: 0o600 })
      await openCode(['import', file], top, person.variables)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** @throws with the code EEXIST where it is there. */
async function write(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, content, { flag: 'wx', mode: 0o600 })
}

const Meta = z.looseObject({ payload: z.looseObject({ cwd: z.string() }) })

/** Codex asks which folder is meant where that of a session is another one. */
function withFolder(content: Buffer, top: string): Buffer {
  const end = content.indexOf(10)
  if (end === -1) return content
  try {
    const meta = Meta.parse(JSON.parse(content.subarray(0, end).toString()))
    const line = JSON.stringify({ ...meta, payload: { ...meta.payload, cwd: top } })
    return Buffer.concat([Buffer.from(line), content.subarray(end)])
  } catch (error) {
    throw new CommandError('The session of Codex is none that it has.', { cause: error })
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
