import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { messageYjsUpdate, readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { WebSocket } from 'ws'
import { Doc, XmlElement, XmlText } from 'yjs'
import { planField } from '#sync/core/plan/schema.ts'

/** Where a room is. `name`: Hocuspocus has it before each message, and is told who one is. */
export type RoomAddress = {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly name?: string
}

/** A device as small as it can be, so that as many as one wants fit beside the server. */
export type RoomClient = {
  readonly doc: Doc
  /** Resolves when what the room had has come. */
  readonly synced: Promise<void>
  /** Types one character at the end of a paragraph. */
  type(paragraph: number, text: string): void
  /** Characters of all paragraphs. */
  length(): number
  /** Calls back whenever something of others has come. */
  onNews(listener: () => void): void
  close(): void
}

const [sync, auth, syncReply] = [0, 2, 4]

export function openRoomClient({ url, headers = {}, name }: RoomAddress): RoomClient {
  const doc = new Doc()
  const body = doc.getXmlFragment(planField)
  const socket = new WebSocket(url, { headers, perMessageDeflate: false })
  const synced = Promise.withResolvers<void>()
  const listeners: (() => void)[] = []

  function send(type: number, write: (encoder: encoding.Encoder) => void): void {
    if (socket.readyState !== WebSocket.OPEN) return
    socket.send(
      encoding.encode((encoder) => {
        if (name !== undefined) encoding.writeVarString(encoder, name)
        encoding.writeVarUint(encoder, type)
        write(encoder)
      }),
    )
  }

  socket.on('open', () => {
    if (name !== undefined)
      send(auth, (encoder) => {
        encoding.writeVarUint(encoder, 0)
        encoding.writeVarString(encoder, '')
      })
    send(sync, (encoder) => writeSyncStep1(encoder, doc))
  })
  socket.on('message', (data: Buffer) => {
    const decoder = decoding.createDecoder(data)
    if (name !== undefined) decoding.readVarString(decoder)
    const type = decoding.readVarUint(decoder)
    if (type !== sync && type !== syncReply) return
    const answer = encoding.createEncoder()
    const kind = readSyncMessage(decoder, answer, doc, 'room')
    if (encoding.length(answer) > 0)
      send(sync, (encoder) => encoding.writeUint8Array(encoder, encoding.toUint8Array(answer)))
    if (kind === 1) synced.resolve()
    if (kind >= 1 && kind <= messageYjsUpdate) for (const listener of listeners) listener()
  })
  socket.on('error', synced.reject)
  socket.on('close', (code) => synced.reject(new Error(`closed with ${code}`)))
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'room') send(sync, (encoder) => writeUpdate(encoder, update))
  })

  const textsOf = (): readonly XmlText[] =>
    body.toArray().flatMap((block) => {
      const text = block instanceof XmlElement ? block.get(0) : undefined
      return text instanceof XmlText ? [text] : []
    })

  return {
    doc,
    synced: synced.promise,
    type(paragraph, text) {
      const at = textsOf()[paragraph]
      at?.insert(at.length, text)
    },
    length: () => textsOf().reduce((sum, text) => sum + text.length, 0),
    onNews: (listener) => listeners.push(listener),
    close() {
      socket.terminate()
      doc.destroy()
    },
  }
}
