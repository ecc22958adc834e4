import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { folderOf, type EnvironmentRepository } from '#shared/domain/environment.ts'
import type { EnvironmentProposal, InspectedRepositories } from '#shared/domain/environment-proposal.ts'
import { RunId } from '#shared/ids.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Clock } from '../../clock.ts'
import { messageOf } from '../../log.ts'
import { runGit } from '../../run/changes/git.ts'
import { localPath, runHostGit } from '../../run/clone.ts'
import { removeTree } from '../copy-tree.ts'
import { readFiles, type RepositoryFacts } from './facts.ts'
import { proposeEnvironment } from './propose.ts'

const lookMs = 90_000
const atOnce = 2
const pathLimit = 20_000
const fileBytes = 200_000

/** Looks into repositories: clones each without its history and without its files, reads names and some texts, and leaves nothing behind. */
export interface Inspector {
  inspect(repositories: InspectedRepositories): Promise<Result<EnvironmentProposal, string>>
  close(): void
}

export function createInspector(deps: {
  /** Where what an ended process left is removed by others. */
  folder: string
  clock: Clock
  env: Readonly<Record<string, string>>
  ms?: number
}): Inspector {
  const closing = new AbortController()
  let looking = 0

  async function inspect(repositories: InspectedRepositories): Promise<Result<EnvironmentProposal, string>> {
    if (looking >= atOnce) return err('This machine is looking into other repositories. Try again in a minute.')
    looking++
    const folder = join(deps.folder, `.new-look-${deps.clock.newId()}`)
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(deps.ms ?? lookMs)])
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const facts: RepositoryFacts[] = []
      for (const [index, one] of repositories.entries()) {
        const seen = await lookInto(one, {
          into: join(folder, String(index)),
          folder: repositories.length === 1 ? '' : folderOf(one),
          signal,
        })
        if (!seen.ok) return seen
        facts.push(seen.value)
      }
      return ok(proposeEnvironment(facts))
    } catch (error) {
      return err(signal.aborted ? tooLong : `It could not be looked into: ${messageOf(error)}`.slice(0, 500))
    } finally {
      looking--
      await removeTree(folder)
    }
  }

  async function lookInto(
    { url, branch }: EnvironmentRepository,
    at: { into: string; folder: string; signal: AbortSignal },
  ): Promise<Result<RepositoryFacts, string>> {
    let said = ''
    const host = {
      runId: RunId.parse(deps.clock.newId()),
      env: deps.env,
      signal: at.signal,
      write: (text: string): void => {
        said = (said + text).slice(-2000)
      },
    }
    const code = await runHostGit(host, [
      'clone',
      '--quiet',
      '--no-checkout',
      '--depth=1',
      '--no-tags',
      '--single-branch',
      '--template=',
      '--no-hardlinks',
      ...(branch === undefined ? [] : ['--branch', branch]),
      '--',
      localPath(url),
      at.into,
    ])
    if (at.signal.aborted) return err(tooLong)
    if (code !== 0) {
      const last = said.trim().split('\n').at(-1) ?? ''
      return err(`${url} could not be cloned: ${last}`.slice(0, 500))
    }
    const ask = (args: readonly string[], maxBytes: number): ReturnType<typeof runGit> =>
      runGit(args, { cwd: at.into, env: { ...deps.env, GIT_TERMINAL_PROMPT: '0' }, signal: at.signal, maxBytes })
    const listed = await ask(['ls-tree', '-r', '-z', '--name-only', 'HEAD'], 4_000_000)
    const paths = new Set(
      listed.stdout
        .split('\0')
        .filter((path) => path !== '')
        .slice(0, pathLimit),
    )
    const texts = new Map<string, string>()
    for (const path of readFiles.filter((one) => paths.has(one))) {
      const { code: shown, stdout } = await ask(['cat-file', 'blob', `HEAD:${path}`], fileBytes)
      if (shown === 0) texts.set(path, stdout)
    }
    return ok({ url, folder: at.folder, paths, read: (path) => texts.get(path) })
  }

  return { inspect, close: () => closing.abort() }
}

const tooLong = 'It took too long. Is the repository very large, or its host slow?'
