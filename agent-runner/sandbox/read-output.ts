import type { Exec } from './sandbox.ts'

/** What was left in the background may hold the output open and even write on: the command is over all the same. */
const quietMs = 200
const mostAfterEndMs = 2_000

/** Reads a command's output to its end, or until it is `over` and has been quiet. `write` is awaited before more is read. */
export async function readOutput(
  exec: Exec,
  over: Promise<unknown>,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const { stdout } = exec
  let quiet: ReturnType<typeof setTimeout> | undefined
  let last: ReturnType<typeof setTimeout> | undefined
  const stopReading = (): void => void stdout.destroy()
  const listen = (): void => {
    quiet = setTimeout(stopReading, quietMs)
  }
  void over.then(() => {
    if (stdout.readableEnded) return
    last = setTimeout(stopReading, mostAfterEndMs)
    listen()
  })
  try {
    for await (const piece of stdout) {
      clearTimeout(quiet)
      if (piece instanceof Uint8Array) await write(piece)
      if (last !== undefined) listen()
    }
  } catch (error) {
    // A destroyed stream ends the reading.
    if (!stdout.destroyed) throw error
  } finally {
    clearTimeout(quiet)
    clearTimeout(last)
  }
}
