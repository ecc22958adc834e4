/** A stretch of text as it is shown: as it is, or a mark that stands for a character that could not be seen. */
export type VisiblePiece = { readonly text: string; readonly mark: boolean }

/**
 * Characters that hide, move or reorder others: C0 and C1 controls (but not line feed and tab), soft hyphen, bidi
 * controls, zero-width and odd spaces, line separators, tags, variation selectors of the supplement.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e01ef}]/u

/**
 * `text` with every character that can't be seen written as a mark (`⟨ESC⟩`, `⟨U+202E⟩`), so that what a person reads is
 * what would run. Line feeds and tabs stay.
 */
export function visiblePieces(text: string): VisiblePiece[] {
  if (!unseen.test(text)) return text === '' ? [] : [{ text, mark: false }]
  const pieces: VisiblePiece[] = []
  let plain = ''
  for (const character of text) {
    if (!unseen.test(character)) {
      plain += character
      continue
    }
    if (plain !== '') pieces.push({ text: plain, mark: false })
    plain = ''
    pieces.push({ text: markOf(character), mark: true })
  }
  if (plain !== '') pieces.push({ text: plain, mark: false })
  return pieces
}

/** The same as plain text, for titles and labels. */
export function visibleText(text: string): string {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('')
}

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const name = names[code]
  return name === undefined ? unicodeName(code) : `⟨${name}⟩`
}

/** Control characters that people know by name. The control pictures of Unicode are missing in many fonts. */
const names: Record<number, string> = { 0: 'NUL', 7: 'BEL', 8: 'BS', 12: 'FF', 13: 'CR', 27: 'ESC', 127: 'DEL' }

function unicodeName(code: number): string {
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
