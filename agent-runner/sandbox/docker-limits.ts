import type Docker from 'dockerode'
import { z } from 'zod'
import { execInContainer } from './docker-exec.ts'
import type { SandboxSpec } from './sandbox.ts'

/** What a container gets of this machine at the most. */
export interface DockerLimits {
  memoryBytes: number
  cpus: number
  pids: number
  shmBytes: number
  tmpBytes: number
  /** Outside of the workspace; `undefined`: as the disk has. */
  diskBytes: number | undefined
}

/** What is asked for, within what this machine gives. */
export function limitsOf(
  { resources = {} }: SandboxSpec,
  limits: DockerLimits,
): Pick<
  Docker.HostConfig,
  'Memory' | 'MemorySwap' | 'NanoCpus' | 'PidsLimit' | 'ShmSize' | 'Tmpfs' | 'StorageOpt' | 'OomScoreAdj'
> {
  const asked = resources.memoryMb === undefined ? limits.memoryBytes : resources.memoryMb * 1024 * 1024
  const Memory = Math.min(asked, limits.memoryBytes)
  // Both are in memory, so what they hold is counted there too.
  const share = Memory / limits.memoryBytes
  return {
    Memory,
    MemorySwap: Memory,
    NanoCpus: Math.round(Math.min(resources.cpus ?? limits.cpus, limits.cpus) * 1e9),
    PidsLimit: Math.min(resources.pids ?? limits.pids, limits.pids),
    ShmSize: Math.floor(limits.shmBytes * share),
    Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(limits.tmpBytes * share)}` },
    ...(limits.diskBytes === undefined ? {} : { StorageOpt: { size: String(limits.diskBytes) } }),
    // A machine that is short of memory itself takes from a run before it takes from the runner.
    OomScoreAdj: 500,
  }
}

/** What the container's own control group has counted so far. */
export interface LimitCounts {
  /** Processes that the kernel ended for memory. */
  oomKills: number
  /** Processes that could not be started because there were too many. */
  refusedForks: number
  /** There is no room for one more process, not even to look. */
  isFull: boolean
}

const Stats = z.object({ pids_stats: z.object({ current: z.number().optional(), limit: z.number().optional() }) })
/** Processes that Docker itself needs to start one. */
const spare = 3

export async function countLimits(container: Docker.Container): Promise<LimitCounts> {
  const stats = Stats.safeParse(await container.stats({ stream: false, 'one-shot': true }).catch(() => undefined))
  const { current = 0, limit = Infinity } = stats.data?.pids_stats ?? {}
  const isFull = current + spare >= limit
  if (isFull) return { oomKills: 0, refusedForks: 1, isFull }
  const text = await readFiles(container, [
    '/sys/fs/cgroup/memory.events',
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/sys/fs/cgroup/pids.events',
    '/sys/fs/cgroup/pids/pids.events',
  ])
  const oomKills = Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0)
  // `memory.events` has a line `max` of its own, which counts something else.
  const refusedForks = Number(/^pids\nmax (\d+)/m.exec(text)?.[1] ?? 0)
  return { oomKills, refusedForks, isFull }
}

async function readFiles(container: Docker.Container, files: readonly string[]): Promise<string> {
  const script = files.map((file) => `echo ${file.includes('pids') ? 'pids' : 'memory'}; cat ${file} 2>/dev/null`)
  const exec = await execInContainer(container, { argv: ['sh', '-c', script.join('; ')] }, { onKill: () => {} })
  exec.stdin.end()
  exec.stderr.resume()
  let text = ''
  for await (const piece of exec.stdout) text += String(piece)
  return text
}

/** Sentences for what happened since `before`. */
export function toldLimits(
  now: LimitCounts,
  before: LimitCounts,
  { Memory = 0, PidsLimit = 0 }: { Memory?: number | undefined; PidsLimit?: number | null | undefined },
): string[] {
  const sentences: string[] = []
  const killed = now.oomKills - before.oomKills
  if (killed > 0) {
    const what = killed === 1 ? 'A process was' : `${killed} processes were`
    const limit = `${Math.round(Memory / 1024 ** 2).toLocaleString('en')} MiB`
    sentences.push(`${what} ended because the container reached its memory limit of ${limit}.`)
  }
  if (now.refusedForks > before.refusedForks)
    sentences.push(
      `The container reached its limit of ${PidsLimit ?? 0} processes, so more of them could not be started.`,
    )
  return sentences
}
