import type { RunId } from '#shared/ids.ts'
import type { BlobStore } from '../link/blob-store.ts'
import type { Log } from '../log.ts'
import type { McpHost } from '../plan-tools/mcp-host.ts'
import { hideIn } from './hide-in.ts'
import type { Hiding } from './hiding.ts'

/** What leaves the runner beside the journal, with what is secret hidden in it. */

export function hidingLog(log: Log, hide: <T>(value: T) => T): Log {
  return {
    info: (facts, sentence) => log.info(hide(facts), hide(sentence)),
    warn: (facts, sentence) => log.warn(hide(facts), hide(sentence)),
    error: (facts, sentence) => log.error(hide(facts), hide(sentence)),
  }
}

/** Files are of texts that were hidden as they were written. */
export function hidingBlobs(blobs: BlobStore, hiding: Hiding): BlobStore {
  return {
    ...blobs,
    put: (content) => blobs.put(content instanceof Uint8Array ? hiding.bytes(content) : content),
  }
}

/** Of patches: they stay what they are, line by line. */
export function hidingPatches(blobs: BlobStore, hiding: Hiding): BlobStore {
  return {
    ...blobs,
    put: (content) => {
      if (hiding.isIdle || !(content instanceof Uint8Array)) return blobs.put(content)
      return blobs.put(Buffer.from(hiding.diff(Buffer.from(content).toString())))
    },
  }
}

/** Plans are read by people who may not use the run's secrets. */
export function hidingTools(
  host: Pick<McpHost, 'open'> | undefined,
  hiding: Hiding,
): Pick<McpHost, 'open'> | undefined {
  if (host === undefined) return undefined
  return {
    open: (runId: RunId, onMade, sandbox, hide = (call) => hideIn(hiding, call)) =>
      host.open(runId, onMade, sandbox, hide),
  }
}
