import type { Readable, Writable } from 'node:stream'
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk'

/**
 * JSON messages, one a line, over a process's stdin and stdout, as the ACP SDK takes them.
 *
 * `session/update` never reaches the SDK: it drops kinds that it doesn't know, strips unknown fields, and runs
 * handlers beside each other. Here each update is given to `onUpdate` in the order of arrival, and the next line is
 * read only when it is done with it; so a flood waits in the pipe, and all updates of a turn are told before its answer.
 */
export interface MessageStreamDeps {
  stdin: Writable
  stdout: Readable
  onUpdate: (params: unknown) => Promise<void> | void
  /** Something came, of whatever kind. */
  onTraffic: () => void
  /** The peer broke the protocol for good; nothing is read any more. */
  onBroken: (sentence: string) => void
  maxMessageBytes: number
  /** Lines that are no JSON which are let pass; tools print such things by mistake. */
  maxRubbishLines: number
  maxRubbishBytes: number
}

export interface MessageStream extends Stream {
  /** Lines that were no JSON, and the first of them. */
  rubbish(): { lines: number; sample: string }
}

const newline = 0x0a

export function createMessageStream(deps: MessageStreamDeps): MessageStream {
  let rubbishLines = 0
  let rubbishBytes = 0
  let sample = ''
  let broken = false

  function breakOff(sentence: string): void {
    if (broken) return
    broken = true
    deps.onBroken(sentence)
  }

  function onRubbish(line: Uint8Array): void {
    rubbishLines += 1
    rubbishBytes += line.byteLength
    if (sample.length < 500) sample += `${new TextDecoder().decode(line.subarray(0, 500))}\n`
    if (rubbishLines > deps.maxRubbishLines || rubbishBytes > deps.maxRubbishBytes) {
      breakOff(`It printed ${rubbishLines} lines that are no ACP messages.`)
    }
  }

  /** @returns the message to hand to the SDK, if it is one. */
  async function take(line: Uint8Array): Promise<AnyMessage | undefined> {
    if (line.byteLength === 0 || (line.byteLength === 1 && line[0] === 0x0d)) return undefined
    const message = parseMessage(line)
    if (message === undefined) {
      onRubbish(line)
      return undefined
    }
    deps.onTraffic()
    if ('method' in message && message.method === 'session/update' && !('id' in message)) {
      await deps.onUpdate('params' in message ? message.params : undefined)
      return undefined
    }
    return message
  }

  async function* messages(): AsyncGenerator<AnyMessage> {
    let parts: Uint8Array[] = []
    let held = 0
    for await (const piece of deps.stdout) {
      let rest = piece as Uint8Array
      for (let at = rest.indexOf(newline); at !== -1; at = rest.indexOf(newline)) {
        parts.push(rest.subarray(0, at))
        const line = parts.length === 1 ? rest.subarray(0, at) : Buffer.concat(parts)
        parts = []
        held = 0
        rest = rest.subarray(at + 1)
        const message = await take(line)
        if (broken) return
        if (message !== undefined) yield message
      }
      if (rest.byteLength > 0) parts.push(rest)
      held += rest.byteLength
      if (held > deps.maxMessageBytes) {
        breakOff(`It sent a message of more than ${Math.round(deps.maxMessageBytes / 1_000_000)} MB.`)
        return
      }
    }
  }

  const readable = ReadableStream.from(ignoringReadErrors(messages()))
  const writable = new WritableStream<AnyMessage>({
    write: (message) =>
      new Promise((resolve) => {
        // A peer that is gone shows in its exit; what is written to it then is nobody's loss.
        deps.stdin.write(`${JSON.stringify(message)}\n`, () => resolve())
      }),
    close: () => {
      deps.stdin.end()
    },
  })
  return { readable, writable, rubbish: () => ({ lines: rubbishLines, sample }) }
}

async function* ignoringReadErrors(source: AsyncGenerator<AnyMessage>): AsyncGenerator<AnyMessage> {
  try {
    yield* source
  } catch {
    // A pipe that broke ends the stream; the process's exit says why.
  }
}

function parseMessage(line: Uint8Array): AnyMessage | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return 'jsonrpc' in value && ('method' in value || 'id' in value) ? (value as AnyMessage) : undefined
  } catch {
    return undefined
  }
}
