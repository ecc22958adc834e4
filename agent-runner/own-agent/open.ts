import { PassThrough } from 'node:stream'
import type { HarnessContext } from '../harness/declaration.ts'
import type { Exec, Exit, Sandbox } from '../sandbox/sandbox.ts'
import type { OwnAgentOptions } from './agent.ts'

/**
 * `drover`, our agent, in the shape of a process: whoever talks to a harness talks to this one in the same way. What it is made of
 * is loaded with the first one, so a runner that never needs it never has it.
 */
export function openOwnAgent(sandbox: Sandbox, context: HarnessContext, options: Partial<OwnAgentOptions> = {}): Exec {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const exited = Promise.withResolvers<Exit>()
  const ending = new AbortController()

  function leave(exit: Exit): void {
    ending.abort()
    stdout.end()
    stderr.end()
    exited.resolve(exit)
  }

  void import('./agent.ts')
    .then(({ serveAgent }) => serveAgent({ sandbox, context, stdin, stdout, signal: ending.signal, options }))
    .then(
      () => leave({ code: 0, signal: null }),
      (error: unknown) => {
        stderr.write(error instanceof Error ? (error.stack ?? error.message) : String(error))
        leave({ code: 1, signal: null })
      },
    )
  return { stdin, stdout, stderr, exited: exited.promise, kill: () => leave({ code: null, signal: 'SIGKILL' }) }
}
