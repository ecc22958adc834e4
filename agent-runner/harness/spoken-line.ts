/** Characters of a line that are kept; more of it is not shown anyway. */
const lineLimit = 300

/**
 * The last line with words of a message that comes in pieces.
 * @param soFar what this gave for the pieces before; '' at the start of a message.
 */
export function spokenLine(soFar: string, piece: string): string {
  const whole = soFar + piece
  const words = whole.trimEnd()
  const line = words.slice(words.lastIndexOf('\n') + 1, lineLimit + words.lastIndexOf('\n') + 1)
  const space = whole.slice(words.length)
  return line + (space.includes('\n') ? '\n' : space.slice(0, 1))
}
