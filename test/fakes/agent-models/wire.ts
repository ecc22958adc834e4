import type { IncomingMessage } from 'node:http'

/** One answer of a model: thoughts, words, then calls. */
export interface ModelStep {
  readonly thought?: string
  readonly text?: string
  readonly tools?: readonly ModelCall[]
  /** Tokens that it says it read. */
  readonly input?: number
  /** Of the cache, where the wire tells it. */
  readonly cached?: number
  /** An answer of this status instead; `text` is its message. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Its words come, and then nothing. */
  readonly hold?: boolean
  /** Its words come, and then the connection breaks. */
  readonly breaks?: boolean
  /** It stops at the limit of its length. */
  readonly isCut?: boolean
}

export interface ModelCall {
  readonly name: string
  /** A text is sent as it is, so that it can be no JSON. */
  readonly input: Readonly<Record<string, unknown>> | string
}

/** A request, as far as tests look at it. */
export interface Asked {
  readonly wire: string
  readonly model: string
  readonly instructions: string
  readonly tools: readonly string[]
  /** The conversation as plain text, a line a part. */
  readonly said: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
}

export interface Wire {
  /** Of its answers; absent: server-sent events. */
  readonly type?: string
  serves(path: string): boolean
  keyOf(request: IncomingMessage): string | undefined
  read(path: string, body: Record<string, unknown>): Asked
  /** What comes before an answer may break: thoughts and words. */
  begin(step: ModelStep, n: number): (string | Uint8Array)[]
  /** Calls, and the end. */
  end(step: ModelStep, n: number): (string | Uint8Array)[]
  error(status: number, message: string): unknown
}

/** As a model sends it: a few characters at a time. */
export function piecesOf(text: string, length = 7): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += length) pieces.push(text.slice(at, at + length))
  return pieces
}

export function inputText({ input }: ModelCall): string {
  return typeof input === 'string' ? input : JSON.stringify(input)
}

export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

export function bearer(request: IncomingMessage): string | undefined {
  return request.headers.authorization?.replace(/^Bearer /, '')
}

export function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : []
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}
