import { z } from 'zod'
import { refusalCodes } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { requestWords } from '../words/refusals.ts'

/** Why a request did not do what it was asked. `error` is a sentence for the person. */
export type ApiProblem = {
  readonly code: z.infer<typeof Code> | 'offline' | 'signed_out'
  readonly error: string
  readonly retryAfterSeconds?: number | undefined
}

const Code = z.enum(refusalCodes)
const Problem = z.object({
  error: z.string(),
  refusal: z.object({ code: Code }).optional(),
  retryAfterSeconds: z.number().optional(),
})

const PATIENCE_MS = 15_000

export const Nothing = z.object({})

/** One request to `/api/v1`. Never throws: a network that is away is a problem like another. */
export async function request<T>(
  schema: z.ZodType<T>,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): Promise<Result<T, ApiProblem>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (!response.ok) return err(problemOf(answer, response.status))
    const parsed = schema.safeParse(answer)
    return parsed.success ? ok(parsed.data) : err({ code: 'internal', error: requestWords.unreadable })
  } catch {
    return err({ code: 'offline', error: requestWords.offline })
  }
}

function problemOf(answer: unknown, status: number): ApiProblem {
  const problem = Problem.safeParse(answer)
  if (!problem.success)
    return { code: 'internal', error: status >= 500 ? requestWords.offline : requestWords.unreadable }
  const { error, refusal, retryAfterSeconds } = problem.data
  return { error, retryAfterSeconds, code: status === 401 ? 'signed_out' : (refusal?.code ?? 'internal') }
}
