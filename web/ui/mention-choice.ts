/** `@` or `/` and what follows it up to the caret: where it stands, and what is looked for. */
export type MentionAt = { readonly sign: '@' | '/'; readonly start: number; readonly query: string }

export type MentionChoice = {
  readonly key: string
  readonly title: string
  readonly hint: string
  /** Written in place of what was typed. */
  readonly text: string
  /** What it is, for its glyph. */
  readonly kind: 'plan' | 'file' | 'folder' | 'symbol' | 'run' | 'command' | 'page' | 'slash'
  /** Under which heading it stands. */
  readonly group: string
  /** Done in place of writing: what was typed for it goes. */
  readonly act?: (() => void) | undefined
}
export type MentionFind = (query: string, sign: MentionAt['sign']) => readonly MentionChoice[]
