/** `@` and what follows it up to the caret: where it stands, and what is looked for. */
export type MentionAt = { readonly start: number; readonly query: string }

export type MentionChoice = {
  readonly key: string
  readonly title: string
  readonly hint: string
  /** Written in place of what was typed. */
  readonly text: string
}
export type MentionFind = (query: string) => readonly MentionChoice[]
