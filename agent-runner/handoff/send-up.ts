import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { folderOf } from '#shared/domain/environment.ts'
import { OwnAgent } from '#shared/domain/own-agent.ts'
import { shownPathsLimit, type Snapshot, type SnapshotRepository } from '#shared/domain/snapshot.ts'
import { uuidv7 } from '#shared/ids.ts'
import { shownPath } from '../run/changes/change-list.ts'
import { putContent } from '../snapshot/content.ts'
import { makePatch } from '../snapshot/patch.ts'
import type { Checkout } from './checkout.ts'
import { readConversation } from './conversations.ts'
import { findOwnSession, type OwnSession, type Person } from './own-session.ts'
import { CommandError, type DroverServer } from '../person/server.ts'

/** As the command line gives them. */
export const SendUpOptions = z.object({
  prompt: z.string().trim().min(1, 'Say what is to be done next.'),
  harness: z.string().default('drover'),
  model: z.string().optional(),
  environment: z.string().optional(),
  sandbox: z.enum(['docker', 'direct']).optional(),
  host: z.string().optional(),
  title: z.string().optional(),
  /** A file with the conversation so far: a text, or that of an agent. */
  conversation: z.string().optional(),
  /** The agent whose newest conversation in this checkout goes along. */
  from: OwnAgent.optional(),
  /** The run's own workspace is saved after its turns. */
  keep: z.boolean().default(true),
  snapshot: z.boolean().default(true),
})
export type SendUpOptions = z.infer<typeof SendUpOptions>

const Environments = z.object({
  environments: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      sandbox: z.string().nullish(),
      repositories: z.array(z.object({ url: z.string(), folder: z.string().nullish() })),
    }),
  ),
})
const Started = z.object({ runId: z.string() })

export interface SendUpDeps {
  readonly server: DroverServer
  readonly checkout: Checkout
  readonly say: (line: string) => void
  /** Whose agents' conversations are looked for. */
  readonly person: Person
}

/** Starts a run that begins where this checkout stands. @returns its address. */
export async function sendUp({ server, checkout, say, person }: SendUpDeps, given: SendUpOptions): Promise<string> {
  if (given.from !== undefined && given.conversation !== undefined)
    throw new CommandError('Say either --from or --conversation.')
  const head = await checkout.ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
  if (head === undefined) throw new CommandError('This repository has no commit yet. Commit something first.')
  const url = (await checkout.ask('remote', 'get-url', 'origin')) ?? checkout.top
  const place = await placeOf(server, url, given.environment)
  const own = given.from === undefined ? undefined : await findOwnSession(given.from, checkout.top, person)
  const files = given.snapshot ? await take({ server, checkout, say }, { head, url, folder: place.folder }) : undefined
  const snapshot = files === undefined ? undefined : await withSession({ server, say }, { files, own, given })
  if (own !== undefined && files === undefined)
    say('Without files the session itself stays here: the agent is told what was said.')
  const conversation = own?.content.toString() ?? (await textOf(given.conversation))
  const newId = (): string => uuidv7(Date.now(), randomBytes(10))
  const branch = await checkout.ask('rev-parse', '--abbrev-ref', 'HEAD@{upstream}')
  const { runId } = Started.parse(
    await server.post('/api/v1/handoff', {
      runId: newId(),
      promptId: newId(),
      prompt: given.prompt,
      title: given.title,
      config: {
        harness: given.harness,
        model: given.model,
        host: given.host,
        sandbox: given.sandbox ?? place.sandbox ?? 'docker',
        ...(given.keep ? {} : { noSnapshot: true }),
        ...(place.environmentId === undefined
          ? { repository: { url, ...(branch?.startsWith('origin/') === true ? { branch: branch.slice(7) } : {}) } }
          : { environmentId: place.environmentId }),
      },
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(conversation === undefined ? {} : { conversation: readConversation(conversation) }),
    }),
  )
  return `${server.url}/runs/${runId}`
}

/** The run's agent loads what is its own; another is told what was said. */
async function withSession(
  { server, say }: Pick<SendUpDeps, 'server' | 'say'>,
  { files, own, given }: { files: Snapshot; own: OwnSession | undefined; given: SendUpOptions },
): Promise<Snapshot> {
  if (own === undefined) return files
  if (own.harness !== given.harness) {
    say('The run has another agent than the conversation: it is told what was said.')
    return files
  }
  const content = await putContent(own.content, server.put)
  if (content === undefined) throw new CommandError('The server did not take the conversation.')
  say(
    'The conversation goes along as the agent keeps it. Where the agent can’t load it there, it is told what was said; the run says which.',
  )
  return { ...files, session: { id: own.id, harness: own.harness, files: [{ path: own.path, content }] } }
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  return readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} can’t be read.`)
  })
}

/** Which environment is meant, and where this repository lies in it. */
async function placeOf(
  server: DroverServer,
  url: string,
  name: string | undefined,
): Promise<{ environmentId?: string; sandbox?: string | null | undefined; folder: string }> {
  if (name === undefined) return { folder: '' }
  const { environments } = Environments.parse(await server.get('/api/v1/environments'))
  const found = environments.find((one) => one.id === name || one.name === name)
  if (found === undefined)
    throw new CommandError(
      `There is no environment “${name}”. There are: ${environments.map((one) => one.name).join(', ') || 'none'}.`,
    )
  const repository = found.repositories.find((one) => plainUrl(one.url) === plainUrl(url))
  if (repository === undefined)
    throw new CommandError(`The environment “${found.name}” does not have the repository ${url}.`)
  const folder =
    found.repositories.length === 1 ? '' : folderOf({ url: repository.url, folder: repository.folder ?? undefined })
  return { environmentId: found.id, sandbox: found.sandbox, folder }
}

/** `git@host:a/b.git` and `https://host/a/b` are the same repository. */
export function plainUrl(url: string): string {
  return url
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(':', '/')
    .replace(/\.git\/?$|\/+$/, '')
    .toLowerCase()
}

async function take(
  { server, checkout, say }: { server: DroverServer; checkout: Checkout; say: (line: string) => void },
  { head, folder }: { head: string; url: string; folder: string },
): Promise<Snapshot> {
  const { base, bundle } = await sharedBase(checkout, head, say)
  const branch = await checkout.ask('symbolic-ref', '--short', '--quiet', 'HEAD')
  const store = await checkout.store()
  const from = await checkout.git('rev-parse', `${base}^{tree}`)
  const { patch, tree, changes, tooLarge } = await makePatch(store, {
    from,
    to: await checkout.tree(),
    index: join(checkout.folder, 'patch-index'),
    below: folder,
  })
  for (const path of tooLarge) say(`Too large, so it stays here: ${shownPath(path)}`)
  const content = await putContent(patch, server.put)
  const commits = bundle === undefined ? undefined : await putContent(bundle, server.put)
  if (content === undefined) throw new CommandError('The server did not take the changes.')
  const repository: SnapshotRepository = {
    folder,
    base,
    ...(branch === undefined ? {} : { branch }),
    ...(commits === undefined ? {} : { head, commits }),
  }
  say(`${changes.length} changed ${changes.length === 1 ? 'file goes' : 'files go'} along, ${content.bytes} bytes.`)
  const inFolder = (path: string): string => shownPath(folder === '' ? path : `${folder}/${path}`)
  return {
    version: 1,
    turn: 0,
    at: Date.now(),
    base: from,
    tree,
    repositories: [repository],
    patch: content,
    changed: changes.length,
    shown: changes.slice(0, shownPathsLimit).map(({ path, before, after }) => ({
      path: inFolder(path),
      status: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
    })),
    left: tooLarge.slice(0, 100).map((path) => ({ path: inFolder(path), why: 'too_large' as const })),
  }
}

/** The newest commit that the remote has too, and what leads from there to here. */
async function sharedBase(
  checkout: Checkout,
  head: string,
  say: (line: string) => void,
): Promise<{ base: string; bundle?: Buffer }> {
  const remotes = await checkout.git('for-each-ref', '--count=1', 'refs/remotes')
  // A run then clones this very folder.
  if (remotes === '') return { base: head }
  const list = await checkout.git('rev-list', '--boundary', 'HEAD', '--not', '--remotes')
  if (list === '') return { base: head }
  const lines = list.split('\n')
  const base = lines.find((line) => line.startsWith('-'))?.slice(1)
  if (base === undefined)
    throw new CommandError('The remote has no commit in common with this branch. Push the branch first.')
  const count = lines.filter((line) => !line.startsWith('-')).length
  say(
    `${count === 1 ? '1 commit is' : `${count} commits are`} not at the remote, and ${count === 1 ? 'goes' : 'go'} along.`,
  )
  return {
    base,
    bundle: await checkout.bytes(
      'bundle',
      'create',
      '--quiet',
      '-',
      'HEAD',
      ...(await branchRef(checkout)),
      '--not',
      '--remotes',
    ),
  }
}

async function branchRef(checkout: Checkout): Promise<string[]> {
  const ref = await checkout.ask('symbolic-ref', '--quiet', 'HEAD')
  return ref === undefined ? [] : [ref]
}
