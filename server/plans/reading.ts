import type { Node } from '@tiptap/pm/model'
import type { Doc } from 'yjs'
import { readBody, writeBody } from '#sync/core/plan/body.ts'
import { planFacts, type PlanFacts } from '#sync/core/plan/facts.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { nameParts } from '#sync/core/plan/names.ts'
import { planSchema } from '#sync/core/plan/schema.ts'

/** What a document says. */
export type PlanReading = PlanFacts & { readonly markdown: string }

/** All that rows and files hold of a document. */
export function readingOf(doc: Doc): PlanReading {
  const plan = readBody(doc)
  return { ...planFacts(plan), markdown: writePlan(plan) }
}

/** For a document that is new. A `title` that the text does not have already stands before it. */
export function writeMarkdown(
  doc: Doc,
  { title, markdown }: { readonly title?: string | undefined; readonly markdown: string },
  newId: () => string,
): void {
  const text = parsePlan(markdown)
  writeBody(doc, title === undefined || planFacts(text).title === title ? text : withTitle(text, title))
  nameParts(doc, newId)
}

function withTitle(plan: Node, title: string): Node {
  const schema = planSchema()
  const heading = schema.node('heading', { level: 1 }, [schema.text(title)])
  return schema.node('doc', null, [heading, ...(plan.textContent === '' ? [] : plan.children)])
}
