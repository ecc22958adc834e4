import { writableLine } from './plain-text.ts'
import { mentionKinds, type MentionKind } from '../schema.ts'

export type MentionTarget = { readonly kind: MentionKind; readonly id: string }

/** `drover:kind/id`, as a mention's address is written in Markdown. */
export function mentionAddress({ kind, id }: MentionTarget): string {
  return `drover:${kind}/${encodeURI(id).replaceAll(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))}`
}

/** What an address mentions; nothing where it is another's address. */
export function mentionOf(href: string): MentionTarget | undefined {
  const [, name, rest] = /^drover:([a-z]+)\/(.*)$/s.exec(href) ?? []
  const kind = mentionKinds.find((known) => known === name)
  if (kind === undefined || rest === undefined) return undefined
  return { kind, id: decoded(rest) }
}

function decoded(text: string): string {
  try {
    return writableLine(decodeURIComponent(text))
  } catch {
    return text
  }
}
