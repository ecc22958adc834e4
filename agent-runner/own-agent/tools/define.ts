import { z } from 'zod'
import { readInput, type CallContext, type OwnTool, type ShownCall, type ToolAnswer } from './tool.ts'

/** A tool of ours, its input by a schema. */
export function defineTool<T>(spec: {
  name: string
  description: string
  input: z.ZodType<T>
  changes: boolean
  isSilent?: boolean
  show(input: T): ShownCall
  run(input: T, call: CallContext): Promise<ToolAnswer>
}): OwnTool {
  const { $schema: _, ...schema } = z.toJSONSchema(spec.input, { io: 'input' })
  return {
    name: spec.name,
    description: spec.description,
    schema,
    changes: spec.changes,
    ...(spec.isSilent === true ? { isSilent: true } : {}),
    prepare(input) {
      const read = readInput(spec.input, input)
      if (typeof read === 'string') return read
      return { shown: spec.show(read.value), run: (call) => spec.run(read.value, call) }
    },
  }
}
