import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { Said } from '#shared/domain/conversation.ts'
import { Snapshot, snapshotBytes, type NotRestored, type SnapshotRepository } from '#shared/domain/snapshot.ts'
import { RunId } from '#shared/ids.ts'
import { shownPath } from '../run/changes/change-list.ts'
import { getContent } from '../snapshot/content.ts'
import { applyPatch } from '../snapshot/patch.ts'
import { listTreeChanges } from '../snapshot/tree-list.ts'
import { writeFiles } from '../snapshot/write-files.ts'
import { bringSession } from './bring-session.ts'
import type { Checkout } from './checkout.ts'
import type { Person } from './own-session.ts'
import { CommandError, type DroverServer } from '../person/server.ts'

export const BringDownOptions = z.object({
  /** Its id, or its address in the app. */
  run: z.string().min(1),
  /** Also where files have changes of one's own; those stay as they are. */
  force: z.boolean().default(false),
  /** Of a run with several repositories: the one that this checkout is of. */
  folder: z.string().optional(),
  /** The agent's own session comes along, for the same agent here. */
  session: z.boolean().default(true),
})
export type BringDownOptions = z.infer<typeof BringDownOptions>

const Left = z.object({
  run: z.object({ id: RunId, title: z.string(), state: z.string(), turn: z.number() }),
  conversation: z.array(Said),
  snapshot: Snapshot.optional(),
})

export interface BroughtDown {
  /** The conversation as Markdown. */
  conversation: string
  /** What could not be brought, and why. */
  failed: NotRestored[]
}

const patchBytes = snapshotBytes * 2

/** Brings a run's workspace into this checkout. What is somebody's own here is not touched. */
export async function bringDown(
  {
    server,
    checkout,
    say,
    person,
  }: { server: DroverServer; checkout: Checkout; say: (line: string) => void; person: Person },
  { run, force, folder, session }: BringDownOptions,
): Promise<BroughtDown> {
  const id =
    run
      .replace(/[?#].*$/, '')
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? ''
  const left = Left.parse(await server.get(`/api/v1/runs/${encodeURIComponent(id)}/handoff`))
  const conversation = asMarkdown(left)
  const { snapshot } = left
  if (snapshot === undefined) {
    say('The workspace of this run is not saved, so only its conversation comes along.')
    return { conversation, failed: [] }
  }
  const dirty = await checkout.git('status', '--porcelain')
  if (dirty !== '' && !force)
    throw new CommandError(
      'This checkout has changes of your own. Commit or stash them, or say --force: then files that you changed stay as they are.',
    )
  const repository = chosen(snapshot, folder ?? basename(checkout.top))
  const failed = await goTo(checkout, { server, say, repository, id: left.run.id, dirty: dirty !== '' })
  const store = await checkout.store()
  const baseTree = await checkout.ask('rev-parse', '--verify', '--quiet', `${repository.base}^{tree}`)
  const headTree = await checkout.git('rev-parse', 'HEAD^{tree}')
  const patch = await getContent(snapshot.patch, server.fetchPiece, patchBytes)
  const patched = await applyPatch(store, {
    from: baseTree ?? headTree,
    patch,
    below: repository.folder,
    index: join(checkout.folder, 'apply-index'),
  })
  if (baseTree === snapshot.base && patched.failed.length === 0 && patched.tree !== snapshot.tree)
    throw new CommandError('The snapshot does not lead to the files that it names, so nothing was changed.')
  failed.push(...patched.failed)
  const now = await checkout.tree()
  const mine = new Set((await listTreeChanges(store, headTree, now)).map(({ path }) => path))
  // On other commits only what the run changed is touched, and of that only what is the same here.
  const stands = (await checkout.git('rev-parse', 'HEAD')) === (repository.head ?? repository.base)
  const from = stands || baseTree === undefined ? headTree : baseTree
  const all = await listTreeChanges(store, from, patched.tree)
  const other = new Set(from === headTree ? [] : (await listTreeChanges(store, from, headTree)).map(({ path }) => path))
  for (const { path } of all.filter((one) => other.has(one.path)))
    failed.push({ path: shownPath(path), reason: 'the file is another one here' })
  const wanted = all.filter((one) => !other.has(one.path))
  const own = wanted.filter(({ path }) => mine.has(path))
  for (const { path } of own) failed.push({ path: shownPath(path), reason: 'you have changes of your own in it' })
  const free = wanted.filter((one) => !own.includes(one))
  failed.push(...(await writeFiles(store, free, { root: checkout.top, seenAs: checkout.top })))
  say(`${free.length} changed ${free.length === 1 ? 'file' : 'files'} brought here from “${left.run.title}”.`)
  if (session) say(await sessionHere({ server, checkout, person }, snapshot))
  return { conversation, failed }
}

/** @returns a sentence that says whether an agent here can go on with the run's own session. */
async function sessionHere(
  { server, checkout, person }: { server: DroverServer; checkout: Checkout; person: Person },
  { session }: Snapshot,
): Promise<string> {
  const told = session === undefined ? undefined : await bringSession(server, session, { top: checkout.top, person })
  return (
    told ??
    'No session of its agent that an agent here could go on with is saved: its conversation is here as text alone.'
  )
}

function chosen({ repositories }: Snapshot, folder: string): SnapshotRepository {
  const [first] = repositories
  const found = repositories.length === 1 ? first : repositories.find((one) => one.folder === folder)
  if (found !== undefined) return found
  throw new CommandError(
    first === undefined
      ? 'This run had no repository, so there is nothing that fits into this checkout.'
      : `This run has several repositories. Say which one this is, with --folder: ${repositories.map((one) => one.folder).join(', ')}.`,
  )
}

/** Stands the checkout on the run's commit, on a branch of its own where that is not where it stands. */
async function goTo(
  checkout: Checkout,
  {
    server,
    say,
    repository: { base, head, commits },
    id,
    dirty,
  }: {
    server: DroverServer
    say: (line: string) => void
    repository: SnapshotRepository
    id: string
    dirty: boolean
  },
): Promise<NotRestored[]> {
  const target = head ?? base
  const has = async (commit: string): Promise<boolean> =>
    (await checkout.ask('cat-file', '-e', `${commit}^{commit}`)) !== undefined
  if (!(await has(base))) await checkout.ask('fetch', '--quiet', 'origin')
  if (!(await has(target)) && commits !== undefined) {
    const file = join(checkout.folder, 'commits.bundle')
    await writeFile(file, await getContent(commits, server.fetchPiece, patchBytes))
    await checkout.ask('-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', '--no-tags', file, `+HEAD:refs/drover/${id}`)
    if (!(await has(target)))
      await checkout.ask(
        '-c',
        'fetch.fsckObjects=true',
        'fetch',
        '--quiet',
        '--no-tags',
        file,
        `+refs/heads/*:refs/drover/${id}/*`,
      )
  }
  if (!(await has(target)))
    return [
      {
        path: target.slice(0, 12),
        reason: 'the commit is not here, and could not be fetched; the changes are tried on this one',
      },
    ]
  if ((await checkout.git('rev-parse', 'HEAD')) === target) return []
  if (dirty) {
    say('This checkout stands on another commit than the run. With changes of your own in it, it stays there.')
    return []
  }
  const branch = `drover/${id.slice(-12)}`
  await checkout.git('switch', '--quiet', '-C', branch, target)
  say(`You are on the branch ${branch} now, at the commit of the run.`)
  return []
}

function asMarkdown({ run, conversation }: z.infer<typeof Left>): string {
  const said = conversation.map(({ who, text }) => `## ${who === 'user' ? 'Person' : 'Agent'}\n\n${text.trim()}\n`)
  return [`# ${run.title}\n`, ...said].join('\n')
}
