import { err, ok, type Result } from '#shared/result.ts'

export interface Edit {
  readonly old: string
  readonly new: string
  readonly all?: boolean | undefined
}

/**
 * Replaces exact text, one edit after the other, all or none. Line ends are the file's: text with `\n` finds lines that end in `\r\n`.
 * @returns an error that says which edit does not fit and what stands there instead.
 */
export function applyEdits(text: string, edits: readonly Edit[]): Result<string, string> {
  const windows = text.includes('\r\n') && !/[^\r]\n/.test(text)
  const own = (part: string): string => (windows ? part.replaceAll(/\r?\n/g, '\r\n') : part)
  let now = text
  for (const [index, edit] of edits.entries()) {
    const which = edits.length === 1 ? 'The text' : `The text of edit ${index + 1}`
    const [old, next] = [own(edit.old), own(edit.new)]
    if (old === next) return err(`${which} is the same before and after.`)
    const count = old === '' ? 0 : now.split(old).length - 1
    if (old === '') return err(`${which} to be replaced is empty. To make a file, use write.`)
    if (count === 0) return err(`${which} was not found.${nearest(now, old)} Nothing was changed.`)
    if (count > 1 && edit.all !== true)
      return err(`${which} stands there ${count} times. Give more lines around it, or say "all". Nothing was changed.`)
    now = edit.all === true ? now.replaceAll(old, () => next) : now.replace(old, () => next)
  }
  return ok(now)
}

/** Where the text would be, if only white space or a later line differs. */
function nearest(text: string, old: string): string {
  const bare = (line: string): string => line.replaceAll(/\s+/g, ' ').trim()
  const wanted = old.split('\n').map(bare)
  const lines = text.split('\n')
  const plain = lines.map(bare)
  const whole = plain.findIndex((_, at) => wanted.every((line, n) => plain[at + n] === line))
  if (whole >= 0) {
    const shown = lines.slice(whole, whole + Math.min(wanted.length, 10)).join('\n')
    return ` Lines ${whole + 1} to ${whole + wanted.length} differ from it only in white space:\n${shown}\n`
  }
  const first = wanted.find((line) => line.length > 3)
  const at = first === undefined ? -1 : plain.indexOf(first)
  if (first === undefined || at < 0) return ' Read the file again: it may have changed.'
  return ` Line ${at + 1} is its first line, but what follows differs:\n${lines.slice(at, at + 6).join('\n')}\n`
}
