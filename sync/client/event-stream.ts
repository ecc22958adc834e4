import type { z } from 'zod'

/** Server-sent events (HTML, 9.2) as our server writes them: one line of `data` each. A kind that `schema` does not know is passed over. */
export async function* eventsOf<Event>(
  body: ReadableStream<Uint8Array>,
  schema: z.ZodType<Event>,
): AsyncGenerator<Event> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: ?(.*)$/m.exec(block)?.[1]
        // A kind of event that a newer server has.
        const event = data === undefined ? undefined : schema.safeParse(JSON.parse(data)).data
        if (event !== undefined) yield event
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
