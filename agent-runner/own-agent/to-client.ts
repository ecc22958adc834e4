import type { AgentContext } from '@agentclientprotocol/sdk'
import { z } from 'zod'
import type { TurnClient } from './turn/client.ts'

const Permission = z.looseObject({
  outcome: z.discriminatedUnion('outcome', [
    z.looseObject({ outcome: z.literal('selected'), optionId: z.string() }),
    z.looseObject({ outcome: z.literal('cancelled') }),
  ]),
  _meta: z.record(z.string(), z.unknown()).nullish(),
})

const Form = z.looseObject({ action: z.string(), content: z.record(z.string(), z.unknown()).nullish() })

/** The client of the protocol as a turn needs it. */
export function toTurnClient(client: AgentContext, sessionId: string): TurnClient {
  return {
    update: (update) => client.notify<unknown>('session/update', { sessionId, update }),
    async ask(request) {
      const answer = Permission.parse(
        await client.request<unknown>('session/request_permission', { sessionId, ...request } as unknown),
      )
      if (answer.outcome.outcome !== 'selected') return undefined
      const message = answer._meta?.['drover/message']
      return { optionId: answer.outcome.optionId, ...(typeof message === 'string' ? { message } : {}) }
    },
    async choose(question, choices) {
      const form = {
        sessionId,
        mode: 'form',
        message: question,
        requestedSchema: {
          type: 'object',
          properties: {
            choice: { type: 'string', oneOf: choices.map(({ value, title }) => ({ const: value, title })) },
          },
          required: ['choice'],
        },
      }
      // A client that has no forms can't choose.
      const answer = Form.safeParse(
        await client.request<unknown>('elicitation/create', form as unknown).catch(() => undefined),
      )
      const chosen = answer.success && answer.data.action === 'accept' ? answer.data.content?.['choice'] : undefined
      return typeof chosen === 'string' ? chosen : undefined
    },
  }
}
