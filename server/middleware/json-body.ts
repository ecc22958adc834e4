import { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'

/** The body as the schema has it. Throws a 400 with the first thing that is wrong, in words. */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new HTTPException(415, { message: 'Send the body as application/json.' })
  }
  const body: unknown = await readText(c)
    .then((text) => JSON.parse(text))
    .catch(() => {
      throw new HTTPException(400, { message: 'The body is not JSON.' })
    })
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.')
  throw new HTTPException(400, {
    message: field ? `${field}: ${issue?.message ?? 'not valid'}` : (issue?.message ?? 'The body is not valid.'),
  })
}

/** Straight from Node's stream where its length is known and bounded; by way of a web stream it takes several times as long. */
async function readText(c: Context): Promise<string> {
  const incoming: unknown = Reflect.get(Object(c.env), 'incoming')
  if (!(incoming instanceof IncomingMessage) || c.req.header('content-length') === undefined) return await c.req.text()
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString('utf8')
}
