import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const Holder = z.object({ pid: z.number().int().positive(), started: z.string() })

/**
 * The process of the runner that works in `folder`, or `undefined` when none lives. `runner.lock` has its pid and when it started
 * (`agent-runner/data-folder.ts` writes it), since a pid alone may have been given to another program by now.
 */
export async function runnerAtWork(folder: string): Promise<number | undefined> {
  const holder = parse(await readFile(join(folder, 'runner.lock'), 'utf8').catch(() => ''))
  if (holder === undefined || !exists(holder.pid)) return undefined
  return (await startOf(holder.pid)) === holder.started ? holder.pid : undefined
}

function parse(text: string): z.infer<typeof Holder> | undefined {
  try {
    return Holder.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Costs nothing, and is all that is asked while nobody has the pid. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Linux: clock ticks since boot, field 22 of proc_pid_stat(5), and not a zombie. Elsewhere `ps`. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const listed = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined)
    return listed?.stdout.trim()
  }
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}
