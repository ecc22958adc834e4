/**
 * What the shell around a block says of itself, as records that end with NUL:
 *
 *     p<pid>        its process, which leads its group
 *     NAME=value …  the environment at the start
 *     s             the block starts
 *     c<folder>     it went well, and this is the folder it ended in
 *     NAME=value …  the environment at the end
 *     e<code>       its exit code
 *
 * A block can write there too. It gains nothing: what is read here is what the next block is given.
 */
export interface ShellReport {
  take(piece: Uint8Array): void
  readonly pid: Promise<string>
  readonly ended: Promise<number>
  /** Of a block that went well: its folder at the end, and the environment at its start and end. */
  left(): Left | undefined
}

interface Left {
  readonly cwd: string
  readonly before: ReadonlyMap<string, string>
  readonly after: ReadonlyMap<string, string>
}

/** More than an environment may hold on Linux; what comes after is not read. */
const maxBytes = 8 * 1024 * 1024

export function createShellReport(): ShellReport {
  const pid = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<number>()
  const decoder = new TextDecoder()
  const before = new Map<string, string>()
  const after = new Map<string, string>()
  let cwd: string | undefined
  let started = false
  let left = maxBytes
  let held = ''

  function record(text: string): void {
    const equals = text.indexOf('=')
    if (/^p\d+$/.test(text)) pid.resolve(text.slice(1))
    else if (text === 's') started = true
    else if (started && text.startsWith('c/')) cwd = text.slice(1)
    else if (/^e\d+$/.test(text)) ended.resolve(Number(text.slice(1)))
    else if (equals > 0) (started ? after : before).set(text.slice(0, equals), text.slice(equals + 1))
  }

  return {
    pid: pid.promise,
    ended: ended.promise,
    take(piece) {
      left -= piece.byteLength
      if (left < 0) return
      const records = (held + decoder.decode(piece, { stream: true })).split('\0')
      held = records.pop() ?? ''
      for (const one of records) record(one)
    },
    left: () => (cwd === undefined ? undefined : { cwd, before, after }),
  }
}
