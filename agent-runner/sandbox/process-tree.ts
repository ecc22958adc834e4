import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { RunId } from '#shared/ids.ts'
import type { ProcessMark } from '../run/run-memory.ts'
import { runMarker } from './sandbox.ts'

interface Process {
  pid: number
  parent: number
  group: number
  session: number
  /** Carries the run's marker, or works inside the run's folder. */
  marked: boolean
}

const execFileAsync = promisify(execFile)

/**
 * Ends every process of a run: those with its marker in their environment, those that work in its folder, the
 * process group of each root, and all their descendants. SIGTERM first, SIGKILL for what is left after `graceMs`.
 * Looks again until nothing is found, because processes may be made while others are ended.
 */
export async function killRunProcesses({
  runId,
  folder,
  roots = [],
  graceMs = 300,
  rounds = 40,
}: {
  runId: RunId
  folder: string
  roots?: readonly number[]
  graceMs?: number
  rounds?: number
}): Promise<void> {
  const asked = new Set<number>()
  const startedAt = performance.now()
  for (let round = 0; round < rounds; round++) {
    const found = await findRunProcesses(runId, folder, roots)
    if (found.length === 0) return
    const force = performance.now() - startedAt >= graceMs
    for (const pid of found) {
      if (force) signal(pid, 'SIGKILL')
      else if (!asked.has(pid)) signal(pid, 'SIGTERM')
      asked.add(pid)
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(25 + round * 10, 150)))
  }
}

/** Pids of the run's processes that live, this process never among them. */
export async function findRunProcesses(runId: RunId, folder: string, roots: readonly number[] = []): Promise<number[]> {
  const processes = process.platform === 'linux' ? await listLinux(runId, folder) : await listPosix(runId)
  const rootSet = new Set(roots)
  const inRun = new Set<number>()
  for (const one of processes) {
    const ofRoot = rootSet.has(one.pid) || rootSet.has(one.group) || rootSet.has(one.session)
    if (one.marked || ofRoot) inRun.add(one.pid)
  }
  for (let grew = true; grew;) {
    grew = false
    for (const one of processes) {
      if (inRun.has(one.parent) && !inRun.has(one.pid)) {
        inRun.add(one.pid)
        grew = true
      }
    }
  }
  inRun.delete(process.pid)
  return [...inRun]
}

async function listLinux(runId: RunId, folder: string): Promise<Process[]> {
  const entries = await readdir('/proc')
  const found = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => readLinux(Number(name), runId, folder)),
  )
  return found.filter((one) => one !== undefined)
}

async function readLinux(pid: number, runId: RunId, folder: string): Promise<Process | undefined> {
  const stat = await statFields(pid)
  if (stat === undefined || stat[0] === 'Z') return undefined
  const [environ, cwd] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ])
  const marked = `\0${environ}`.includes(`\0${runMarker}=${runId}\0`) || cwd === folder || cwd.startsWith(`${folder}/`)
  return { pid, parent: Number(stat[1]), group: Number(stat[2]), session: Number(stat[3]), marked }
}

/** Fields of `/proc/<pid>/stat` from the state on (proc(5)); the name before them may hold spaces and brackets. */
async function statFields(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** macOS and others: `ps` shows the environment of one's own processes behind the command. */
async function listPosix(runId: RunId): Promise<Process[]> {
  const { stdout } = await execFileAsync('ps', ['-axwwE', '-o', 'pid=,ppid=,pgid=,sess=,stat=,command='], {
    maxBuffer: 64_000_000,
  })
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, session, state] = line.trim().split(/\s+/)
    if (pid === undefined || state === undefined || state.startsWith('Z')) return []
    const marked = line.includes(` ${runMarker}=${runId}`)
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(session), marked }]
  })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

/** What tells a process from a later one with the same pid; `undefined` when it does not live. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  if (process.platform === 'linux') {
    const fields = await statFields(pid)
    const ticks = fields?.[19]
    return ticks === undefined || fields?.[0] === 'Z' ? undefined : { pid, started: ticks }
  }
  try {
    const { stdout } = await execFileAsync('ps', ['-o', 'lstart=', '-p', String(pid)])
    const started = stdout.trim()
    return started === '' ? undefined : { pid, started }
  } catch {
    return undefined
  }
}

export async function isAlive(mark: ProcessMark): Promise<boolean> {
  const now = await markProcess(mark.pid)
  return now?.started === mark.started
}
