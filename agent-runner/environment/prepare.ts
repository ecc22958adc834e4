import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { RunSecret } from '#shared/domain/secret.ts'
import { messageOf } from '../log.ts'
import { readHead } from '../run/changes/read-head.ts'
import type { RunFolders } from '../run/folders.ts'
import { fillWorkspace, runSetupCommands, type SetUpContext } from '../run/set-up.ts'
import { runStep } from '../run/steps.ts'
import { loginsOf } from '../sandbox/registry-logins.ts'
import type { Sandbox, SandboxProvider } from '../sandbox/sandbox.ts'
import { emptyTree, filesNaming } from './copy-tree.ts'
import { resolveCommit } from './resolve-commits.ts'
import { megabytes, type KeptSetUp, type SetUpCache } from './set-up-cache.ts'
import type { SetUpFolders } from './set-up-folders.ts'
import { namedSecret, setUpKey } from './set-up-key.ts'
import type { PlannedRepository, SetUpPlan } from './set-up-plan.ts'

export interface Preparation {
  context: SetUpContext
  folders: RunFolders
  cache: SetUpCache
  provider: SandboxProvider
  secrets: readonly RunSecret[]
  /** Starts the sandbox, on this image in place of the plan's where one is given. */
  start: (image?: string) => Promise<Sandbox>
}

/** Fills the workspace, starts the sandbox and runs the commands there; or takes what an earlier run's set-up made. @throws TurnEnded, SandboxError */
export async function prepare(preparation: Preparation): Promise<Sandbox> {
  const { context, cache, provider, secrets } = preparation
  const { plan, signal } = context
  const { image, filled } = await haveImage(preparation)
  if (plan.environment === undefined || !cache.on) return makeNew(preparation, { image, filled })
  const [imageId, ...commits] = await Promise.all([
    provider.imageId?.(image),
    ...plan.repositories.map((one) => commitOf(context, one)),
  ])
  signal.throwIfAborted()
  const secretKey = await cache.secretKey()
  const keyOf = (known: readonly string[]): string =>
    setUpKey(plan, {
      imageId,
      commits: known,
      platform: `${process.platform} ${process.arch} ${process.getuid?.() ?? 0}`,
      secrets,
      secretKey,
    })
  const known = commits.flatMap((one) => one ?? [])
  if (known.length < commits.length) return makeNew(preparation, { image, filled })
  const key = keyOf(known)
  const waits = (): void =>
    context.transcript.notice('info', 'Another run makes the same set-up at this moment. This one waits for it.')
  return cache.alone(
    key,
    async () => {
      signal.throwIfAborted()
      const kept = await cache.find(key)
      const sandbox = kept === undefined || filled ? undefined : await takeKept(preparation, { key, kept, image })
      if (sandbox !== undefined) return sandbox
      const began = context.clock.now()
      const made = await makeNew(preparation, { image, filled })
      await keepMade(preparation, { sandbox: made, keyOf, tookMs: context.clock.now() - began })
      return made
    },
    waits,
  )
}

/**
 * The image comes first, as a step of its own: it may take minutes, and says how far it is. @returns which one it is, where it is not the
 * plan's, and whether the workspace was filled for it.
 */
async function haveImage(preparation: Preparation): Promise<{ image: string | undefined; filled: boolean }> {
  const { context, provider } = preparation
  const { plan, signal } = context
  if (plan.dockerfile !== undefined && plan.sandbox === 'docker') return builtImage(preparation, plan.dockerfile)
  const isHere =
    provider.fetchesAlways?.(plan.pullPolicy) !== true && (await provider.imageId?.(plan.image)) !== undefined
  if (provider.fetchImage === undefined || isHere) return { image: plan.image, filled: false }
  const fetch = provider.fetchImage
  const name = provider.imageName?.(plan.image) ?? plan.image ?? 'image'
  await runStep(context, {
    title: `Fetch the image ${name}`,
    command: `docker pull ${name}`,
    part: 'image',
    run: (write) =>
      fetch(plan.image, { write, signal, logins: loginsOf(preparation.secrets), pullPolicy: plan.pullPolicy }),
  })
  signal.throwIfAborted()
  return { image: plan.image, filled: false }
}

function commitOf(
  { runId, hostEnv, git, signal }: SetUpContext,
  repository: PlannedRepository,
): Promise<string | undefined> {
  return git.onHost([repository.url], (variables) =>
    resolveCommit({ runId, env: { ...hostEnv, ...variables }, signal }, repository),
  )
}

/** Built once for each commit. It is the person's own file, which they chose for this. */
async function builtImage(
  { context, provider, folders, secrets }: Preparation,
  { repository, path }: NonNullable<SetUpPlan['dockerfile']>,
): Promise<{ image: string; filled: boolean }> {
  const { signal } = context
  const tagAt = (commit: string): string =>
    `drover-built:${createHash('sha256').update(`${repository.url}\n${commit}\n${path}`).digest('hex').slice(0, 40)}`
  const known = await commitOf(context, repository)
  if (known !== undefined && (await provider.imageId?.(tagAt(known))) !== undefined)
    return { image: tagAt(known), filled: false }
  await fillWorkspace(context)
  const folder = join(folders.workspace, repository.folder)
  const { commit } = await readHead(join(folder, '.git'))
  const tag = tagAt(commit ?? '')
  await runStep(context, {
    title: `Build the image from ${path}`,
    command: `docker build --file ${path} .`,
    part: 'dockerfile',
    run: async (write) => {
      if (commit !== undefined && provider.buildImage !== undefined)
        return provider.buildImage({ folder, commit, path, tag }, { write, signal, logins: loginsOf(secrets) })
      write('There is no commit whose files could be built.\n')
      return 1
    },
  })
  signal.throwIfAborted()
  return { image: tag, filled: true }
}

async function makeNew(
  { context, start }: Preparation,
  { image, filled }: { image: string | undefined; filled: boolean },
): Promise<Sandbox> {
  const fill = async (): Promise<void> => (filled ? undefined : fillWorkspace(context))
  const [starting, filling] = await together(context, () => start(image), fill)
  if (filling.status === 'rejected') throw filling.reason
  if (starting.status === 'rejected') throw starting.reason
  const sandbox = starting.value
  context.signal.throwIfAborted()
  await sandbox.ownWorkspace()
  if (sandbox.kind !== 'direct') await context.changes.ownerChanged()
  await runSetupCommands(context, sandbox)
  return sandbox
}

/**
 * A container takes as long to start as a small clone does. A direct run's own set-up command stands at its start, and finds the
 * workspace filled.
 */
async function together<T>(
  { plan }: SetUpContext,
  start: () => Promise<Sandbox>,
  fill: () => Promise<T>,
): Promise<[PromiseSettledResult<Sandbox>, PromiseSettledResult<T>]> {
  if (plan.sandbox !== 'direct') return Promise.allSettled([start(), fill()])
  const [filling] = await Promise.allSettled([fill()])
  const [starting] = await Promise.allSettled([
    filling.status === 'rejected' ? Promise.reject(filling.reason) : start(),
  ])
  return [starting, filling]
}

/** @returns `undefined` when it could not be used after all; then nothing of it is left. */
async function takeKept(
  { context, folders, cache, start }: Preparation,
  { key, kept, image }: { key: string; kept: KeptSetUp; image: string | undefined },
): Promise<Sandbox | undefined> {
  const { signal, clock, journal } = context
  let sandbox: Sandbox | undefined
  let isWhole = false
  await runStep(context, {
    title: 'Take the set-up of an earlier run',
    run: async (write) => {
      const [starting, restoring] = await together(
        context,
        () => start(kept.image ?? image),
        () => cache.restore(key, foldersOf(folders), signal),
      )
      if (starting.status === 'rejected') throw starting.reason
      if (restoring.status === 'rejected') throw restoring.reason
      sandbox = starting.value
      isWhole = restoring.value
      const ago = Math.max(1, Math.round((clock.now() - kept.at) / 60_000))
      const what = kept.commands === 1 ? '1 command' : `${kept.commands} commands`
      write(
        isWhole
          ? `Made ${ago} min ago of the same image, commits, commands and variables: ${megabytes(kept.bytes)}, ${what}, ${(kept.tookMs / 1000).toFixed(1)} s then.\n`
          : 'It can’t be read, so everything is made anew.\n',
      )
      return 0
    },
  })
  signal.throwIfAborted()
  if (sandbox === undefined) return undefined
  if (!isWhole) {
    await sandbox.dispose()
    await emptyTree(folders.workspace)
    return undefined
  }
  await sandbox.ownWorkspace()
  await context.changes.ownerChanged()
  const { branch, commit } = kept
  await journal.record({
    k: 'facts',
    facts: {
      ...(kept.image === undefined ? {} : { image: kept.image }),
      ...(commit === undefined ? {} : { baseCommit: commit }),
      ...(branch === undefined ? {} : { baseBranch: branch }),
    },
  })
  if (branch !== undefined) journal.append({ type: 'facts', branch })
  return sandbox
}

/** For the runs after this one; whatever becomes of it, this one goes on. */
async function keepMade(
  { context, folders, cache, secrets }: Preparation,
  made: { sandbox: Sandbox; keyOf: (commits: readonly string[]) => string; tookMs: number },
): Promise<void> {
  const { plan, signal, journal } = context
  await runStep(context, {
    title: 'Keep the set-up for later runs',
    run: async (write) => {
      try {
        const why = await reasonAgainst()
        if (why !== undefined) write(`Not kept: ${why}.\n`)
      } catch (error) {
        signal.throwIfAborted()
        write(`Not kept: ${messageOf(error)}\n`)
      }
      return 0

      async function reasonAgainst(): Promise<string | undefined> {
        const named = namedSecret(plan, secrets)
        if (named !== undefined) return `a command uses the secret ${named}, whose value may be in what it made`
        const heads = await Promise.all(
          plan.repositories.map(({ folder }) => readHead(join(folders.workspace, folder, '.git'))),
        )
        const commits = heads.flatMap(({ commit }) => commit ?? [])
        if (commits.length < plan.repositories.length) return 'a repository has no commit'
        if (plan.sandbox === 'direct') {
          const [file] = await filesNaming([folders.root], [folders.workspace, folders.home])
          if (file !== undefined) {
            const shown = file.replace(`${folders.root}/`, '')
            return `${shown} names this run’s own folder, which another run does not have`
          }
        }
        const image = await made.sandbox.keepImage?.({ withSecrets: secrets.length > 0 })
        if (image !== undefined && 'why' in image) return image.why
        // Its own follow-ups go on from there.
        if (image !== undefined) await journal.record({ k: 'facts', facts: { image: image.id } })
        const { baseCommit, baseBranch } = journal.memory().facts
        const kept = await cache.keep(
          made.keyOf(commits),
          foldersOf(folders),
          {
            tookMs: made.tookMs,
            commands: plan.commands.length,
            ...(image === undefined ? {} : { image: image.id }),
            ...(baseBranch === undefined ? {} : { branch: baseBranch }),
            ...(baseCommit === undefined ? {} : { commit: baseCommit }),
          },
          signal,
        )
        if ('why' in kept) return kept.why
        write(`${megabytes(kept.bytes)}, for runs with the same image, commits, commands and variables.\n`)
        return undefined
      }
    },
  })
}

function foldersOf({ root, workspace, home }: RunFolders): SetUpFolders {
  return { workspace, home, changes: join(root, 'changes.git') }
}
