/**
 * Makes visible what a terminal or a page would hide or reorder: control characters, bidirectional overrides,
 * zero-width and other default-ignorable characters, odd spaces, unpaired surrogates. Newline and tab stay.
 * `rm \u202Etxt.` becomes `rm ⟨U+202E⟩txt.`
 */
export function visibleText(text: string): string {
  return text.toWellFormed().replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

/** Whether `visibleText` would change it. */
export function hasHiddenText(text: string): boolean {
  return visibleText(text) !== text
}

/** Letters and signs outside ASCII: in a program's name they imitate another one (`сat` with a Cyrillic с). */
export function hasLookalikes(text: string): boolean {
  return /[^\x20-\x7e]/u.test(text)
}

// Cc without \t \n; Cf; default-ignorable; line and paragraph separators; spaces other than U+0020; U+FFFD.
const hidden =
  /(?![\t\n])\p{Cc}|\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u2028\u2029]|(?! )\p{Zs}|\p{Co}|\u2800|\ufffd/gu
