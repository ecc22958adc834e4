import { once } from 'node:events'
import { runScript } from '../inside/script.ts'
import type { Exec } from '../../sandbox/sandbox.ts'
import type { Around } from './around.ts'

/** What the model is shown of an output, in bytes: as much from its start as from its end. */
const shownBytes = 30_000
/** The whole is kept up to here. */
const keptBytes = 100_000_000
/** Files of long outputs that a session keeps; older ones go. */
const keptFiles = 20

/** Collects an output of any length in bounded memory; a long one goes into a file of the sandbox as it comes. */
export function openOutput(
  { sandbox, outputs }: Pick<Around, 'sandbox' | 'outputs'>,
  id: string,
): { take(piece: Uint8Array): Promise<void>; close(): Promise<string> } {
  const path = `${outputs}/${id.replaceAll(/[^\w-]/g, '_').slice(-60)}.txt`
  let head: Buffer = Buffer.alloc(0)
  let tail: Buffer = Buffer.alloc(0)
  let size = 0
  let stored = 0
  let file: Exec | undefined

  async function store(piece: Uint8Array): Promise<void> {
    if (file === undefined) return
    const room = keptBytes - stored
    if (room <= 0) return
    stored += piece.byteLength
    const { stdin } = file
    if (!stdin.write(Buffer.from(piece).subarray(0, room)))
      await Promise.race([once(stdin, 'drain').catch(() => {}), file.exited])
  }

  async function openFile(): Promise<void> {
    const made = await runScript(
      sandbox,
      `mkdir -p -- "$1" && cd -- "$1" && ls -t | tail -n +${keptFiles} | while read -r old; do rm -f -- "$old"; done`,
      { args: [outputs] },
    )
    if (made.code !== 0) return
    file = await sandbox.exec({ argv: ['sh', '-c', 'cat > "$1"', 'drover', path] })
    file.stdout.resume()
    file.stderr.resume()
    await store(head)
    await store(tail)
  }

  return {
    async take(piece) {
      const rest = Buffer.from(piece)
      // Until now all of it is in memory.
      if (size <= shownBytes && size + rest.byteLength > shownBytes) await openFile()
      size += rest.byteLength
      const forHead = rest.subarray(0, Math.max(0, shownBytes / 2 - head.byteLength))
      head = Buffer.concat([head, forHead])
      tail = Buffer.concat([tail, rest.subarray(forHead.byteLength)]).subarray(-shownBytes / 2)
      await store(rest)
    },
    async close() {
      const written = file
      if (written === undefined) return Buffer.concat([head, tail]).toString().toWellFormed().trimEnd()
      written.stdin.end()
      const { code } = await written.exited
      const where =
        code !== 0
          ? 'the whole could not be kept'
          : size > keptBytes
            ? `the first ${keptBytes / 1_000_000} MB are in ${path}`
            : `the whole is in ${path}`
      const left = size - head.byteLength - tail.byteLength
      return `${head.toString()}\n[… ${left} bytes are left out; ${where} …]\n${tail.toString()}`
        .toWellFormed()
        .trimEnd()
    },
  }
}
