import { carriedFileBytes } from '#shared/domain/snapshot.ts'
import { runScript } from '../../own-agent/inside/script.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { bringHomeFile, removeHomeFile } from '../../snapshot/home-files.ts'
import { isPlainId, type SessionStore } from './session-store.ts'

/**
 * OpenCode keeps its conversations in a database, which holds more than one of them and belongs to its process. It has commands of its own to export a
 * session and to import it, which also moves it to the folder that it is called in. They are executed in the sandbox.
 * @param program where OpenCode is found in a sandbox, `undefined` where it is not there.
 */
export function openCodeSession(program: (sandbox: Sandbox) => Promise<string | undefined>): SessionStore {
  return {
    asksHarness: true,
    async take({ id, sandbox }) {
      const at = sandbox === undefined ? undefined : await program(sandbox)
      if (sandbox === undefined || at === undefined || !isPlainId(id)) return undefined
      const done = await runScript(sandbox, exportScript, {
        args: [at, id, `${sandbox.home}/${between}`],
        limit: carriedFileBytes + 1,
        signal: AbortSignal.timeout(patienceMs),
      })
      return done.code !== 0 || done.isCut || !isSession(done.stdout.toString(), id)
        ? undefined
        : [{ path: `${id}.json`, content: done.stdout }]
    },
    async bring({ id, home, sandbox }, files) {
      const [file] = files
      const failed = (reason: string) => [{ path: `session ${id}`, reason }]
      const at = sandbox === undefined ? undefined : await program(sandbox)
      if (sandbox === undefined || at === undefined) return failed('OpenCode is not here')
      if (file === undefined || !isSession(file.content.toString(), id)) return failed('it is no session of OpenCode')
      const why = await bringHomeFile(home, between, file.content)
      if (why !== undefined) return failed(why)
      try {
        const done = await runScript(sandbox, importScript, {
          args: [at, `${sandbox.home}/${between}`, sandbox.workspace],
          signal: AbortSignal.timeout(patienceMs),
        })
        return done.code === 0
          ? []
          : failed(done.stderr.split('\n').at(-1)?.slice(0, 200) || 'OpenCode did not take it')
      } finally {
        await removeHomeFile(home, between)
      }
    },
  }
}

/** A start of OpenCode takes two seconds, and far more on a machine that is busy. */
const patienceMs = 120_000
/** Below the home folder, while a session is on its way. */
const between = '.drover-session.json'

const quiet = 'export OPENCODE_DISABLE_MODELS_FETCH=1 OPENCODE_DISABLE_AUTOUPDATE=1 OPENCODE_DISABLE_LSP_DOWNLOAD=1'
// By a file: what it writes into a pipe may be cut when it ends.
const exportScript = [
  quiet,
  'rm -f -- "$3"',
  '"$1" export "$2" > "$3" < /dev/null || { rm -f -- "$3"; exit 1; }',
  'cat -- "$3"; rm -f -- "$3"',
].join('\n')
const importScript = [quiet, 'cd -- "$3" && "$1" import "$2" < /dev/null >&2'].join('\n')

function isSession(text: string, id: string): boolean {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read !== 'object' || read === null || !('info' in read)) return false
    const { info } = read
    return typeof info === 'object' && info !== null && 'id' in info && info.id === id
  } catch {
    return false
  }
}
