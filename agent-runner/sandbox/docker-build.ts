import { spawn } from 'node:child_process'
import { z } from 'zod'
import { messageOf } from '../log.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { RegistryLogin } from './registry-logins.ts'

const Line = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
})
/** Of what the engine is given. */
const contextLimit = 2_000_000_000
const mostBuilt = 20

/**
 * Builds an image from a file of a repository, with all that git has of the commit as its context: nothing that is not committed, and nothing of
 * the machine. The engine executes what the file says, with the network of runs. @returns 1 when it could not be built.
 */
export async function buildImage(
  { docker }: DockerEngine,
  what: {
    folder: string
    commit: string
    path: string
    tag: string
    network: string
    logins: Readonly<Record<string, RegistryLogin>>
  },
  { write, signal }: { write: (text: string) => void; signal: AbortSignal },
): Promise<number> {
  // Its own configuration is fresh from a clone, and `tar.umask` alone has a say here.
  const archive = spawn('git', ['-C', what.folder, 'archive', '--format=tar', what.commit], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let wrong = ''
  archive.stderr.on('data', (piece: Buffer) => {
    wrong = (wrong + piece.toString()).slice(-2000)
  })
  let size = 0
  archive.stdout.on('data', (piece: Buffer) => {
    size += piece.byteLength
    if (size > contextLimit) archive.kill('SIGKILL')
  })
  const archived = new Promise<void>((resolve, reject) => {
    archive.once('error', reject)
    archive.once('close', (code) => (code === 0 ? resolve() : reject(new Error(wrong.trim() || tooLarge))))
  })
  archived.catch(() => {})
  let failure: string | undefined
  let output: (NodeJS.ReadableStream & { destroy?: () => void }) | undefined
  const stop = (): void => output?.destroy?.()
  try {
    const stream = await docker.buildImage(archive.stdout, {
      t: what.tag,
      dockerfile: what.path,
      networkmode: what.network,
      registryconfig: Object.fromEntries(
        Object.entries(what.logins).map(([at, login]) => [at, { username: '', password: '', ...login }]),
      ),
      forcerm: true,
      abortSignal: signal,
    })
    output = stream
    signal.addEventListener('abort', stop, { once: true })
    await new Promise<void>((resolve, reject) => {
      stream.on('close', () => reject(new Error('it was broken off')))
      docker.modem.followProgress(
        stream,
        (error: Error | null) => (error === null ? resolve() : reject(error)),
        (raw: unknown) => {
          const { stream: said, status, error } = Line.safeParse(raw).data ?? {}
          failure = error ?? failure
          if (said !== undefined) write(said)
          else if (status !== undefined) write(`${status}\n`)
        },
      )
    })
    await archived
  } catch (error) {
    if (signal.aborted) return 130
    failure ??= messageOf(error)
  } finally {
    signal.removeEventListener('abort', stop)
    archive.kill('SIGKILL')
  }
  if (failure === undefined) {
    await dropOldest(docker, what.tag)
    return 0
  }
  write(`The image could not be built: ${failure}\n`)
  return 1
}

/** Images that were built are kept for the commits that come again: the newest of them. One that a container is made of stays. */
async function dropOldest(docker: DockerEngine['docker'], tag: string): Promise<void> {
  const name = tag.split(':')[0] ?? tag
  const all = await docker.listImages({ filters: { reference: [name] } }).catch(() => [])
  for (const { Id } of all.toSorted((a, b) => b.Created - a.Created).slice(mostBuilt))
    await docker
      .getImage(Id)
      .remove()
      .catch(() => undefined)
}

const tooLarge = 'The repository is larger than what an image is built from here.'
