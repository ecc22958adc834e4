import type { AcpHandlers } from '../harness/acp-session.ts'
import { readInside, writeInside } from '../sandbox/inside-files.ts'
import type { Bench } from './bench.ts'
import { askElicitation } from './elicitation.ts'
import type { Journal } from './journal.ts'
import type { Results } from './results.ts'
import { entryLimit, type Transcript } from './transcript.ts'
import { TurnEnded } from './turn-end.ts'

/** What a harness may ask of its client, answered by what stands on the bench. */
export function createAgentHandlers({
  on,
  transcript,
  journal,
  results,
}: {
  on: Bench
  transcript: Transcript
  journal: Journal
  results: Results
}): AcpHandlers {
  return {
    onUpdate: async (params) => {
      on.translator.update(params)
      if (transcript.count() > entryLimit) throw new Error('too many entries')
      await journal.roomy()
    },
    onPermission: (params, cancelled) => on.desk.decide(params, cancelled),
    onWriteFile: async (path, content) => {
      await on.desk.beforeFile('edit', path)
      await writeInside(on.sandbox, path, content)
      results.touched()
    },
    onReadFile: async (path) => {
      await on.desk.beforeFile('read', path)
      return readInside(on.sandbox, path)
    },
    onElicitation: (params, cancelled) =>
      askElicitation(params, {
        permissions: on.permissions,
        transcript,
        name: on.declaration.name,
        signal: cancelled,
      }),
  }
}

/** An update that breaks a limit of ours ends the harness, not the runner. */
export function guarded(
  handlers: AcpHandlers,
  { name, end }: { name: string; end: (flooded: TurnEnded) => void },
): AcpHandlers {
  let ended = false
  return {
    ...handlers,
    onUpdate: async (params) => {
      if (ended) return
      try {
        await handlers.onUpdate(params)
      } catch (error) {
        ended = true
        end(
          new TurnEnded({
            event: 'error',
            reason: {
              code: 'harness_protocol',
              text: `${name} was stopped: it made more than ${entryLimit} entries or an update that can't be kept (${error instanceof Error ? error.message : 'unknown'}).`.slice(
                0,
                600,
              ),
              retryable: true,
            },
          }),
        )
      }
    },
  }
}
