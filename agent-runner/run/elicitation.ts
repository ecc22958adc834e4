import { z } from 'zod'
import type { Permissions } from './permissions.ts'
import type { Transcript } from './transcript.ts'

/** A form with one choice, which is what a question card can show. */
const Form = z.looseObject({
  message: z.string().catch('The agent asks.'),
  requestedSchema: z.looseObject({
    properties: z.record(
      z.string(),
      z.looseObject({
        type: z.string().optional(),
        title: z.string().optional(),
        enum: z.array(z.string()).optional(),
        oneOf: z.array(z.looseObject({ const: z.string(), title: z.string().optional() })).optional(),
      }),
    ),
  }),
})

/** Asks people an agent's form. One with more than a single choice is declined, and the transcript says so. */
export async function askElicitation(
  params: unknown,
  {
    permissions,
    transcript,
    name,
    signal,
  }: { permissions: Permissions; transcript: Transcript; name: string; signal: AbortSignal },
): Promise<Record<string, string | boolean> | undefined> {
  const form = Form.safeParse(params)
  const fields = form.success ? Object.entries(form.data.requestedSchema.properties) : []
  const [field] = fields
  const choices = field === undefined ? [] : choicesOf(field[1])
  if (!form.success || fields.length !== 1 || field === undefined || choices.length === 0 || choices.length > 12) {
    transcript.notice('warning', `${name} asked with a form that Drover can't show yet, and was told no.`)
    return undefined
  }
  const outcome = await permissions.ask(
    {
      title: `${name} asks a question`,
      subject: { kind: 'question', question: form.data.message.slice(0, 4000) },
      reason: `${name} asks how to go on.`,
      options: choices.map(({ value, label }) => ({ optionId: value, kind: 'allow_once' as const, name: label })),
    },
    signal,
  )
  if (outcome.kind !== 'answered' || outcome.answer.kind !== 'option' || outcome.option === undefined) return undefined
  const chosen = outcome.option.optionId
  return { [field[0]]: field[1].type === 'boolean' ? chosen === 'true' : chosen }
}

function choicesOf(schema: {
  type?: string | undefined
  enum?: string[] | undefined
  oneOf?: { const: string; title?: string | undefined }[] | undefined
}): { value: string; label: string }[] {
  if (schema.type === 'boolean') {
    return [
      { value: 'true', label: 'Yes' },
      { value: 'false', label: 'No' },
    ]
  }
  if (schema.oneOf !== undefined)
    return schema.oneOf.map((one) => ({ value: one.const, label: one.title ?? one.const }))
  return (schema.enum ?? []).map((value) => ({ value, label: value }))
}
