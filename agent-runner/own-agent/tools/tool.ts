import type { z } from 'zod'

/** One thing that the agent can do. */
export interface OwnTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of its input. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Not offered while only a plan is to be made. */
  readonly changes: boolean
  /** Does not show in the transcript as a call. */
  readonly isSilent?: boolean
  /** @returns a sentence where the input does not fit. */
  prepare(input: unknown): PreparedCall | string
}

export interface PreparedCall {
  readonly shown: ShownCall
  run(call: CallContext): Promise<ToolAnswer>
}

/** As people see it, in the words of the Agent Client Protocol. */
export interface ShownCall {
  readonly title: string
  readonly kind: 'read' | 'edit' | 'search' | 'execute' | 'fetch' | 'think' | 'other'
  readonly rawInput?: unknown
  readonly locations?: readonly { readonly path: string; readonly line?: number }[]
}

/** What the model is told. */
export interface ToolAnswer {
  readonly text: string
  readonly images?: readonly { readonly data: string; readonly mediaType: string }[]
  readonly isError?: boolean
  /** Fields of the last `tool_call_update`; its content is the text, unless this says otherwise. */
  readonly update?: Readonly<Record<string, unknown>>
}

export interface CallContext {
  readonly id: string
  readonly signal: AbortSignal
  /** A `tool_call_update` of this call. */
  update(fields: Readonly<Record<string, unknown>>): Promise<void>
  /** Asks whether it may be done. @returns `undefined` when it may, else what to tell the model. */
  ask(
    more?: Partial<ShownCall> & { readonly content?: readonly unknown[]; readonly _meta?: unknown },
  ): Promise<ToolAnswer | undefined>
}

export function failed(text: string): ToolAnswer {
  return { text, isError: true }
}

/** Reads a tool's input. @returns a sentence that tells the model what to do better. */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): { value: T } | string {
  const parsed = schema.safeParse(input)
  if (parsed.success) return { value: parsed.data }
  const issues = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? 'the input' : path.join('.')}: ${message}`)
  return `The input does not fit: ${issues.join('; ')}.`
}

/** The first and the last part of a long text, and how much is left out. */
export function middleCut(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  const left = text.length - 2 * half
  return `${text.slice(0, half).toWellFormed()}\n[… ${left} characters are left out …]\n${text.slice(-half).toWellFormed()}`
}
