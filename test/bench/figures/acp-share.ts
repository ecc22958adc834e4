import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { RunId } from '#shared/ids.ts'
import { systemClock } from '#agent-runner/clock.ts'
import { createMessageStream } from '#agent-runner/harness/message-stream.ts'
import { createTranslator } from '#agent-runner/harness/translator.ts'
import type { BlobStore } from '#agent-runner/link/blob-store.ts'
import { openJournal } from '#agent-runner/run/journal.ts'
import { openJournalFile } from '#agent-runner/run/journal-file.ts'
import { createTranscript } from '#agent-runner/run/transcript.ts'
import { createHiding } from '#agent-runner/secrets/hiding.ts'
import { measured, type Figure, type Row } from '../lib/figure.ts'
import { makeFolder } from '../lib/folder.ts'
import { root } from '../lib/processes.ts'
import { newId } from '../lib/session.ts'

const newline = 0x0a
const noBlobs: BlobStore = { put: async () => undefined, close: () => undefined }

/**
 * What the runner itself adds to an update of a harness: from the piece of its output in which the line came, to its events in the journal on the disk,
 * where the link takes them. An update that only makes a text longer has no event of its own, and ends when it is taken in: that such
 * texts are joined for 40 ms, and frames for 16, is meant, and no work.
 */
export const figure: Figure = {
  name: 'acp-share',
  about: 'the runner’s own share of an update of a harness, while it streams',
  async run({ quick }) {
    const seconds = quick ? 2 : 10
    return [await measure(500, seconds), await measure(2_000, seconds)]
  },
}

async function measure(perSecond: number, seconds: number): Promise<Row> {
  const folder = await makeFolder()
  const waiting: { seq: number; at: number }[] = []
  const taken: number[] = []
  const journal = await openJournal({
    file: await openJournalFile(join(folder.path, 'journal')),
    clock: systemClock,
    onCommitted: () => {
      const now = performance.now()
      const committed = journal.committedSeq()
      while (waiting[0] !== undefined && waiting[0].seq <= committed) taken.push(now - (waiting.shift()?.at ?? now))
      journal.ack(committed)
    },
  })
  const hiding = createHiding([{ name: 'TOKEN', texts: ['a-value-of-a-secret-that-never-comes'] }])
  const runId = RunId.parse(newId())
  const transcript = createTranscript({
    runId,
    journal,
    clock: systemClock,
    blobs: noBlobs,
    spoolFolder: join(folder.path, 'spool'),
    outputBytes: 1024 ** 2,
    hiding,
  })
  const translator = createTranslator({
    transcript,
    emit: (body) => journal.append(body),
    clock: systemClock,
    blobs: noBlobs,
    harnessName: 'Bench',
    workspace: '/workspace',
    onActivity: (text) => void journal.append({ type: 'activity', text }),
    onTouched: () => undefined,
    spending: { context: () => undefined, harness: () => undefined },
  })
  const sender = spawn(process.execPath, [
    join(root, 'test/bench/processes/acp-sender.ts'),
    String(perSecond * seconds),
    String(perSecond),
  ])
  /** When the end of each line came. */
  const cameAt: number[] = []
  sender.stdout.on('data', (piece: Buffer) => {
    const now = performance.now()
    for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, at + 1)) cameAt.push(now)
  })
  let lines = 0
  const stdout = sender.stdout.pipe(new PassThrough({ highWaterMark: 256 * 1024 }))
  const stream = createMessageStream({
    stdin: sender.stdin,
    stdout,
    onUpdate: async (params) => {
      const at = cameAt[lines++] ?? performance.now()
      const before = journal.memory().lastSeq
      translator.update(params)
      await journal.roomy()
      const seq = journal.memory().lastSeq
      if (seq === before) taken.push(performance.now() - at)
      else waiting.push({ seq, at })
    },
    onTraffic: () => undefined,
    onBroken: (sentence) => {
      throw new Error(sentence)
    },
    maxMessageBytes: 1_000_000,
    maxRubbishLines: 0,
    maxRubbishBytes: 0,
  })
  try {
    for await (const message of stream.readable) throw new Error(`not asked for: ${JSON.stringify(message)}`)
    transcript.endSpeech()
    await journal.committed()
    if (taken.length !== perSecond * seconds) throw new Error(`${taken.length} of ${perSecond * seconds} updates came`)
  } finally {
    sender.kill()
    await journal.close()
    await folder.remove()
  }
  const ours = measured(taken)
  return { what: `${perSecond} updates/s`, unit: 'ms', ours, target: { text: 'p99 ≤ 5', met: ours.p99 <= 5 } }
}
