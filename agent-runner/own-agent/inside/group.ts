import type { Sandbox } from '../../sandbox/sandbox.ts'

const end = [
  'kill -s TERM -- "-$1" || exit 0',
  'for turn in 1 2 3; do sleep 0.1; kill -s 0 -- "-$1" || exit 0; done',
  'kill -s KILL -- "-$1"',
].join('\n')

/**
 * Ends a process and what it started: whatever is executed in a sandbox leads a group of its own, by the number that its sandbox
 * knows it by. In a container this is the only way that leaves the rest of it alive.
 */
export async function endGroup(sandbox: Sandbox, pid: string): Promise<void> {
  try {
    const exec = await sandbox.exec({ argv: ['sh', '-c', end, 'drover', pid] })
    exec.stdin.end()
    exec.stdout.resume()
    exec.stderr.resume()
    await exec.exited
  } catch {
    // A sandbox that starts nothing any more is being ended, and the group with it.
  }
}
