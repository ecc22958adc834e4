import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'

/** The body as the schema has it. Throws a 400 with the first thing that is wrong, in words. */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new HTTPException(415, { message: 'Send the body as application/json.' })
  }
  const body: unknown = await c.req.json().catch(() => {
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
