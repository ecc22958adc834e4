import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { planTitleLimit } from '#shared/domain/plan.ts'
import { planCommentLimit, planQuoteLimit, suggestionLimit } from '#shared/domain/plan-comment.ts'
import { PlanPartId } from '#shared/domain/plan-run.ts'
import { agentMarkdownLimit, type PlanToolAnswer, type PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { droverVersion } from '#shared/version.ts'

/** The plan tools as one server of the Model Context Protocol. */
export function createPlanMcpServer(ask: (call: PlanToolCall) => Promise<PlanToolAnswer>): McpServer {
  const server = new McpServer({ name: 'drover', title: 'Drover', version: droverVersion }, { instructions })
  const plan_id = z
    .string()
    .max(200)
    .optional()
    .describe(
      'The id of the plan, as plan_create gave it or the person told it. Leave it out for the plan that you were asked to execute.',
    )
  const part = PlanPartId
  const markdown = (what: string): z.ZodString => z.string().max(agentMarkdownLimit).describe(what)
  const told = async (call: PlanToolCall): Promise<{ content: { type: 'text'; text: string }[]; isError: boolean }> => {
    const { ok, text } = await ask(call)
    return { content: [{ type: 'text', text }], isError: !ok }
  }

  server.registerTool(
    'plan_create',
    {
      title: 'Make a plan',
      description:
        'Makes a new plan: a document in Drover that people read, edit and approve, and that a run can be started from. Write it in Markdown (GitHub’s, with tables): one # heading as its title, ## headings for its sections, and every step as a box of a check list, “- [ ] Do this”. Changes no file of the workspace. Answers with the plan’s id, a revision, and the ids of its sections and steps.',
      inputSchema: {
        title: z
          .string()
          .max(planTitleLimit)
          .optional()
          .describe('Stands as the first heading, unless the text begins with it already.'),
        markdown: markdown('The whole text of the plan.'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    ({ title, markdown: text }) => told({ tool: 'plan_create', title, markdown: text }),
  )

  server.registerTool(
    'plan_read',
    {
      title: 'Read a plan',
      description:
        'Reads a plan, or one of its sections, as Markdown. Answers with a revision, which plan_update asks for, and with the ids of sections and steps. People may write in the plan at any time: read it before you change it.',
      inputSchema: {
        plan_id,
        section_id: part.optional().describe('Only this section, up to the next heading of its level.'),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ plan_id: planId, section_id: sectionId }) => told({ tool: 'plan_read', planId, sectionId }),
  )

  server.registerTool(
    'plan_update',
    {
      title: 'Change a plan',
      description:
        'Replaces the text of a plan, or of one section of it. Give the whole new text of what you replace: what is the same as before is left as it is, and what people wrote since the revision that you read is kept. To change a part, give its section_id. Answers with the next revision.',
      inputSchema: {
        plan_id,
        revision: z
          .string()
          .max(100)
          .describe(
            'From your last plan_create, plan_read or plan_update of this plan: the text that you are changing.',
          ),
        section_id: part
          .optional()
          .describe('Only this section. Markdown that does not begin with a heading stands below the present one.'),
        markdown: markdown('The whole new text of the plan, or of the section.'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    ({ plan_id: planId, section_id: sectionId, revision, markdown: text }) =>
      told({ tool: 'plan_update', planId, revision, sectionId, markdown: text }),
  )

  server.registerTool(
    'plan_set_step',
    {
      title: 'Tick a step of a plan',
      description: 'Ticks one step of a plan, or opens it again. Tick a step as soon as it is done, and only then.',
      inputSchema: {
        plan_id,
        step_id: part.describe('The id of the step, from plan_read.'),
        done: z.boolean().describe('true: it is done. false: it is open again.'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    ({ plan_id: planId, step_id: stepId, done }) => told({ tool: 'plan_set_step', planId, stepId, done }),
  )
  server.registerTool(
    'plan_comment',
    {
      title: 'Comment on a plan',
      description:
        'Says something about a plan beside its text, for people to read: a question, a doubt, other words that you suggest, or an answer to an open comment, which plan_read lists with its thread_id. To change what the plan says yourself, use plan_update instead.',
      inputSchema: {
        plan_id,
        thread_id: z.string().max(200).optional().describe('The thread that you answer. Left out: you begin one.'),
        quote: z
          .string()
          .max(planQuoteLimit)
          .optional()
          .describe(
            'What a new thread is about: some words of the plan as they stand, without signs of Markdown, from one paragraph. Left out: the plan as a whole.',
          ),
        suggestion: z
          .string()
          .max(suggestionLimit)
          .optional()
          .describe(
            'Only with a quote: what the quoted words should say instead, in plain text. People accept it, which puts it into the plan, or dismiss it.',
          ),
        text: z.string().max(planCommentLimit).describe('What you say, in plain text.'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    ({ plan_id: planId, thread_id: threadId, quote, suggestion, text }) =>
      told({ tool: 'plan_comment', planId, threadId, quote, suggestion, text }),
  )
  return server
}

const instructions =
  'Plans are documents in Drover that people and agents write together. Use these tools when you are asked for a plan, or work on one; write no plan into a file of the workspace unless you are asked to.'
