import { z } from 'zod'
import { ToolKind } from '#shared/domain/transcript.ts'

/**
 * What a harness may send, read tolerantly: unknown fields are dropped, unknown values fall back, and nothing that a
 * newer protocol adds makes a whole update unreadable. Agent Client Protocol, version 1.
 */
const text = z.string().catch('')

export const ContentBlock = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  uri: z.string().optional(),
  mimeType: z.string().optional(),
  name: z.string().optional(),
  resource: z.looseObject({ uri: z.string().optional(), text: z.string().optional() }).optional(),
})
export type ContentBlock = z.infer<typeof ContentBlock>

export const ToolContent = z.looseObject({
  type: z.string(),
  content: ContentBlock.optional().catch(undefined),
  path: z.string().optional(),
  oldText: z.string().nullish(),
  newText: z.string().optional(),
  terminalId: z.string().optional(),
})
export type ToolContent = z.infer<typeof ToolContent>

const toolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed']).nullish().catch(undefined)

/** The fields of `tool_call` and `tool_call_update`; in an update all but the id may be absent. */
export const ToolCallFields = z.looseObject({
  toolCallId: z.string().min(1).max(500),
  title: z.string().nullish().catch(undefined),
  kind: ToolKind.nullish().catch(undefined),
  status: toolStatus,
  content: z.array(ToolContent).nullish().catch(undefined),
  locations: z
    .array(z.looseObject({ path: z.string(), line: z.number().int().nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})
export type ToolCallFields = z.infer<typeof ToolCallFields>

export const PlanEntry = z.looseObject({
  content: text,
  status: z.string().catch('pending'),
  _meta: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})

export type PlanEntry = z.infer<typeof PlanEntry>

const chunk = { content: ContentBlock }

/** A `session/update`. Kinds that are not here are kept as they are. */
export const SessionUpdate = z.discriminatedUnion('sessionUpdate', [
  z.looseObject({ sessionUpdate: z.literal('user_message_chunk'), ...chunk }),
  z.looseObject({ sessionUpdate: z.literal('agent_message_chunk'), ...chunk }),
  z.looseObject({ sessionUpdate: z.literal('agent_thought_chunk'), ...chunk }),
  ToolCallFields.extend({ sessionUpdate: z.literal('tool_call') }),
  ToolCallFields.extend({ sessionUpdate: z.literal('tool_call_update') }),
  z.looseObject({ sessionUpdate: z.literal('plan'), entries: z.array(PlanEntry) }),
  z.looseObject({
    sessionUpdate: z.literal('available_commands_update'),
    availableCommands: z.array(
      z.looseObject({
        name: text,
        description: text,
        input: z
          .looseObject({ hint: z.string().optional().catch(undefined) })
          .nullish()
          .catch(undefined),
      }),
    ),
  }),
  z.looseObject({ sessionUpdate: z.literal('current_mode_update'), currentModeId: z.string() }),
  z.looseObject({
    sessionUpdate: z.literal('usage_update'),
    used: z.number().optional().catch(undefined),
    size: z.number().optional().catch(undefined),
    cost: z.looseObject({ amount: z.number(), currency: z.string() }).nullish().catch(undefined),
  }),
  z.looseObject({ sessionUpdate: z.literal('session_info_update'), title: z.string().nullish().catch(undefined) }),
  z.looseObject({ sessionUpdate: z.literal('config_option_update') }),
  z.looseObject({ sessionUpdate: z.literal('notice') }),
])
export type SessionUpdate = z.infer<typeof SessionUpdate>

export const UpdateParams = z.looseObject({
  sessionId: z.string().optional(),
  update: z.looseObject({ sessionUpdate: z.string() }),
})

const Mode = z.looseObject({ id: text, name: text })
const ConfigOption = z.looseObject({
  id: z.string(),
  category: z.string().nullish().catch(undefined),
  type: z.string().optional().catch(undefined),
  currentValue: z.unknown().optional(),
  /** Values, or groups of them. */
  options: z.array(z.unknown()).optional().catch(undefined),
})
export type ConfigOption = z.infer<typeof ConfigOption>
const configOptions = z.array(ConfigOption).nullish().catch(undefined)

/** Answer of `session/set_config_option`: one option may change the others. */
export const ConfigAnswer = z.looseObject({ configOptions })

/** Answers of `session/new` and `session/load`. */
export const SessionAnswer = z.looseObject({
  sessionId: z.string().optional(),
  modes: z
    .looseObject({ currentModeId: z.string(), availableModes: z.array(Mode) })
    .nullish()
    .catch(undefined),
  configOptions,
  /** Of agents that don't have configuration options yet. */
  models: z
    .looseObject({
      currentModelId: z.string(),
      availableModels: z.array(z.looseObject({ modelId: z.string(), name: text })),
    })
    .nullish()
    .catch(undefined),
})
export type SessionAnswer = z.infer<typeof SessionAnswer>

export const InitializeAnswer = z.looseObject({
  protocolVersion: z.number(),
  agentCapabilities: z
    .looseObject({
      loadSession: z.boolean().optional().catch(undefined),
      promptCapabilities: z
        .looseObject({
          image: z.boolean().optional().catch(undefined),
          embeddedContext: z.boolean().optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
      mcpCapabilities: z
        .looseObject({ http: z.boolean().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  agentInfo: z.looseObject({ name: text, version: text }).nullish().catch(undefined),
  authMethods: z
    .array(z.looseObject({ id: text, name: text }))
    .optional()
    .catch(undefined),
})
export type InitializeAnswer = z.infer<typeof InitializeAnswer>

/** `null` where a harness does not know. */
const tokens = z.number().nonnegative().optional().catch(undefined)
export const PromptAnswer = z.looseObject({
  stopReason: z.string().catch('end_turn'),
  usage: z
    .looseObject({
      inputTokens: tokens,
      outputTokens: tokens,
      cachedReadTokens: tokens,
      cachedWriteTokens: tokens,
    })
    .nullish()
    .catch(undefined),
  _meta: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})
export type PromptAnswer = z.infer<typeof PromptAnswer>

export const PermissionParams = z.looseObject({
  sessionId: z.string().optional(),
  toolCall: ToolCallFields,
  options: z.array(
    z.looseObject({
      optionId: z.string().max(200),
      name: text,
      kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']).catch('reject_once'),
    }),
  ),
  _meta: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})
export type PermissionParams = z.infer<typeof PermissionParams>
