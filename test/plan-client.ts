import * as decoding from 'lib0/decoding'
import { WebSocket as NodeWebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import { decodeStateVector, Doc, encodeStateVector, XmlElement, XmlText } from 'yjs'
import { planRoomPath, roomMessage } from '#shared/protocol/plan-room.ts'
import type { PlanId } from '#shared/ids.ts'
import { planField } from '#sync/core/plan/schema.ts'

export type PlanClientOptions = {
  /** Of the server. */
  readonly url: string
  readonly cookie: string
  readonly planId: PlanId
  /** What this device had before. */
  readonly doc?: Doc
}

/** A device in a plan's room, by the very provider that apps use. */
export type PlanClient = {
  readonly doc: Doc
  readonly provider: WebsocketProvider
  /** Adds a paragraph at the end. */
  write(text: string): void
  /** The paragraphs' texts. */
  texts(): readonly string[]
  /** Resolves once all that the server had has come. */
  synced(): Promise<void>
  /** Resolves once the server has stored all that was written here. */
  stored(): Promise<void>
  /** Resolves once it has all that the other has. */
  shows(other: PlanClient): Promise<void>
  /** How each connection that has ended was closed. */
  readonly closes: readonly number[]
  closed(code: number): Promise<void>
  /** Breaks the connection without a word; the provider comes again by itself. */
  drop(): void
  close(): void
}

const patienceMs = 15_000

export function openPlanClient({ url, cookie, planId, doc = new Doc() }: PlanClientOptions): PlanClient {
  const origin = new URL(url).origin
  const waiting = new Set<() => void>()
  const closes: number[] = []
  let socket: NodeWebSocket | undefined
  let isClosed = false
  let sent = 0
  let stored = 0
  const check = (): void => {
    for (const one of waiting) one()
  }

  const opened = (made: NodeWebSocket): void => {
    socket = made
    sent = 0
    stored = 0
    made.on('close', (code) => {
      closes.push(code)
      check()
    })
  }

  class Socket extends NodeWebSocket {
    constructor(address: string | URL) {
      super(address, { headers: { cookie, origin } })
      opened(this)
    }

    override send(data: Parameters<NodeWebSocket['send']>[0]): void {
      if (isChange(data)) sent++
      super.send(data)
    }
  }

  const provider = new WebsocketProvider(`${origin.replace('http', 'ws')}${planRoomPath}`, planId, doc, {
    WebSocketPolyfill: Socket as unknown as typeof WebSocket,
    disableBc: true,
    maxBackoffTime: 200,
  })
  provider.messageHandlers[roomMessage.stored] = (_encoder, decoder) => {
    stored = decoding.readVarUint(decoder)
    check()
  }
  provider.on('sync', check)
  provider.on('status', check)
  const body = doc.getXmlFragment(planField)

  function until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look)
        const facts = { sent, stored, synced: provider.synced, closes }
        reject(new Error(`not ${what} within ${patienceMs} ms: ${JSON.stringify(facts)}`))
      }, patienceMs)
      const look = (): void => {
        if (!isClosed && !holds()) return
        clearTimeout(timer)
        waiting.delete(look)
        if (isClosed) reject(new Error(`closed before it was ${what}`))
        else resolve()
      }
      waiting.add(look)
      look()
    })
  }

  return {
    doc,
    provider,
    write(text) {
      body.push([paragraph(text)])
    },
    texts: () => paragraphsOf(doc),
    synced: () => until('synced', () => provider.synced),
    // The answer to what the server asked is the first change of a connection.
    stored: () => until('stored', () => provider.synced && sent > 0 && stored === sent),
    shows(other) {
      const has = (): boolean => covers(doc, other.doc)
      doc.on('update', check)
      return until('as the other', has).finally(() => doc.off('update', check))
    },
    closes,
    closed: (code) => until(`closed with ${code}`, () => closes.includes(code)),
    drop: () => socket?.terminate(),
    close() {
      isClosed = true
      check()
      provider.destroy()
      doc.destroy()
    },
  }
}

export function paragraph(text: string): XmlElement {
  const block = new XmlElement('paragraph')
  block.insert(0, [new XmlText(text)])
  return block
}

/** The texts of its blocks. */
export function paragraphsOf(doc: Doc): readonly string[] {
  return doc
    .getXmlFragment(planField)
    .toArray()
    .map((block) => (block instanceof XmlElement ? textOf(block) : ''))
}

function textOf(block: XmlElement): string {
  return block
    .toArray()
    .map((part) => (part instanceof XmlText ? part.toString() : ''))
    .join('')
}

/** Whether a document knows all that the other one does. */
function covers(doc: Doc, other: Doc): boolean {
  const mine = decodeStateVector(encodeStateVector(doc))
  const theirs = decodeStateVector(encodeStateVector(other))
  return [...theirs].every(([client, clock]) => (mine.get(client) ?? 0) >= clock)
}

/** Sync messages of the kinds step 2 and update, as the room counts them. */
function isChange(data: unknown): boolean {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array()
  return bytes[0] === roomMessage.sync && (bytes[1] === 1 || bytes[1] === 2)
}
