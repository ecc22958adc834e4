/** Characters that a reference of Markdown (`&#x7F;`) can't name: controls and those that Unicode keeps for no one. */
const unnameable = /[\0-\x08\v\x0e-\x1f\x7f-\x9f\p{Noncharacter_Code_Point}]/gu

/** Text that can stand in Markdown as it is or as a reference: line ends as `\n`, what can't be written as U+FFFD. */
export function writable(text: string): string {
  return text.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(unnameable, '\uFFFD')
}

/** The same on one line, for text that is no code. */
export function writableLine(value: unknown): string {
  return typeof value === 'string' ? writable(value).replaceAll('\n', ' ') : ''
}
