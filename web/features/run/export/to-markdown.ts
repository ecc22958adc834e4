import { omittedUnits, type BoundedText } from '#shared/domain/bounded-text.ts'
import { plainMentions } from '#shared/domain/plan-mention.ts'
import type { Run } from '#shared/domain/run.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { UserId } from '#shared/ids.ts'
import { exportWords } from '../../../words/slash.ts'

export type ExportNames = {
  readonly agent: string
  readonly person: (id: UserId | undefined) => string
}

/** A run as a text that people and other agents read. `cut`: earlier entries are not in it. */
export function toMarkdown(
  run: Run,
  entries: readonly TranscriptEntry[],
  {
    names,
    cut,
    texts = new Map(),
  }: {
    readonly names: ExportNames
    readonly cut: string | undefined
    /** Long texts by their hash. */
    readonly texts?: ReadonlyMap<string, string>
  },
): string {
  const w = exportWords
  const facts = [
    `- ${w.agent}: ${names.agent}`,
    `- ${w.state}: ${run.state}`,
    `- ${w.started}: ${new Date(run.createdAt).toISOString()}`,
    ...(run.branch === undefined ? [] : [`- ${w.branch}: ${run.branch}`]),
  ]
  const parts = entries.map((entry) => entryText(entry, names, texts)).filter((part) => part !== '')
  return `${[`# ${oneLine(run.title)}`, facts.join('\n'), ...(cut === undefined ? [] : [`> ${cut}`]), ...parts].join('\n\n')}\n`
}

function entryText({ body, at }: TranscriptEntry, names: ExportNames, texts: ReadonlyMap<string, string>): string {
  const w = exportWords
  const textOf = (text: BoundedText): string => texts.get(text.blob ?? '') ?? shownText(text)
  switch (body.kind) {
    case 'user': {
      const files = (body.attachments ?? []).map(({ name }) => name)
      const more = files.length === 0 ? '' : `\n\n${w.files}: ${files.join(', ')}`
      return `## ${oneLine(names.person(body.by))}, ${new Date(at).toISOString()}\n\n${plainMentions(textOf(body.text))}${more}`
    }
    case 'message':
      return `## ${oneLine(names.agent)}\n\n${textOf(body.text)}`
    case 'thought':
      return `### ${w.thought}\n\n${quoted(textOf(body.text))}`
    case 'tool':
    case 'step': {
      const command = body.command === undefined ? '' : `$ ${body.command}\n`
      const output = body.output === undefined ? '' : textOf(body.output)
      const exit = body.exitCode === undefined || body.exitCode === 0 ? '' : `\n\n${w.exit(body.exitCode)}`
      const shown = `${command}${output}`.trimEnd()
      return `### ${oneLine(body.title)}${shown === '' ? '' : `\n\n${fenced(shown)}`}${exit}`
    }
    case 'tasks':
      return `### ${w.tasks}\n\n${body.tasks.map(({ text, status }) => `- [${status === 'completed' ? 'x' : ' '}] ${oneLine(text)}`).join('\n')}`
    case 'permission': {
      const { outcome } = body
      const answer = outcome?.kind === 'answered' ? `\n\n${w.answered}: ${outcome.option ?? outcome.answer.kind}` : ''
      return `### ${w.question}: ${oneLine(body.title)}\n\n${fenced(body.line)}${answer}`
    }
    case 'notice':
      return `> ${w.notice}: ${oneLine(body.text)}`
    case 'artifact':
      return `> ${w.artifact}: ${oneLine(body.artifact.title)}${body.artifact.url === undefined ? '' : ` (${body.artifact.url})`}`
    case 'state':
      return `> ${w.state}: ${body.state}${body.reason === undefined ? '' : `. ${oneLine(body.reason.text)}`}`
  }
}

function shownText(text: BoundedText): string {
  const omitted = omittedUnits(text)
  return omitted === 0 ? text.head + text.tail : `${text.head}\n${exportWords.leftOut(omitted)}\n${text.tail}`
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')

/** In a fence that is longer than any that stands in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}
