import type { IncomingHttpHeaders } from 'node:http'

/** One answer of the model: words first, then its tool calls. */
export interface ModelTurn {
  /** What it thinks before it speaks, where its wire tells that. */
  thought?: string
  text?: string
  /** `namespace`: of a tool on the Responses wire that was not offered with the request. */
  tools?: readonly { name: string; namespace?: string; input: Record<string, unknown> }[]
  /** The answer breaks off after its words and never ends by itself. */
  hold?: boolean
  /** The connection is cut after its words. */
  cut?: boolean
  /** So many characters of text more, in lines. */
  flood?: number
  /** Instead of an answer. */
  error?: ModelError
  usage?: ModelUsage
}

export interface ModelError {
  status: number
  message?: string
  /** Seconds. */
  retryAfter?: number
}

export interface ModelUsage {
  input: number
  output: number
}

/** One that depends on what it is asked, such as on what a tool had answered. */
export type ScriptedTurn = ModelTurn | ((request: ModelRequest) => ModelTurn | Promise<ModelTurn>)

export type ModelWire = 'chat' | 'responses' | 'messages' | 'gemini'

/** A request for a completion, as far as tests look at it; the same for each wire. */
export interface ModelRequest {
  wire: ModelWire
  path: string
  headers: IncomingHttpHeaders
  model: string
  stream: boolean
  /** Names of the tools that were offered; none for a title and the like. */
  tools: string[]
  /** Roles are `system`, `developer`, `user`, `assistant` and `tool`. */
  messages: { role: string; text: string }[]
  /** As it came. */
  body: Record<string, unknown>
}

/** An answer as the wires write it: calls have their ids. */
export interface ModelAnswer {
  id: string
  model: string
  thought: string
  /** Pieces as a model sends them. */
  pieces: Iterable<string>
  calls: readonly { id: string; name: string; namespace?: string; input: Record<string, unknown> }[]
  usage: ModelUsage
  /** Nothing follows the words. */
  open: boolean
}

/** Writes an answer's parts; resolves when the reader has room for more. */
export type Write = (text: string) => Promise<void>

const pieceLength = 7
/** A few characters at a time; a flood in lines. */
export function* piecesOf(text: string, flood = 0): Generator<string> {
  for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength)
  // No line is like another: some harnesses end a model that repeats itself.
  for (let line = 1, left = flood; left > 0; line++) {
    const words = Array.from({ length: 40 }, (_, word) => (line * 7919 + word * word * 104_729).toString(36))
    const piece = `${words.join(' ')}\n`.slice(0, left)
    left -= piece.length
    yield piece
  }
}
