import { err, ok, type Result } from '#shared/result.ts'

/** What Drover and the system say themselves in a run. */
const ownNames = /^(?:DROVER_.*|HOME|TMPDIR)$/

/** `NAME=value`, or `NAME` for what it is in `own`; one that is not there is left out, as Docker does. @returns what is wrong. */
export function readVariables(
  texts: readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): Result<Record<string, string>, string> {
  const variables: Record<string, string> = {}
  for (const text of texts) {
    const [, name, , value] = /^([A-Za-z_][A-Za-z0-9_]*)(=([\s\S]*))?$/.exec(text) ?? []
    if (name === undefined) return err(`“${text.split('=')[0] ?? ''}” is no name of a variable`)
    if (ownNames.test(name)) return err(`${name} is set by Drover itself`)
    const known = value ?? own[name]
    if (known !== undefined) variables[name] = known
  }
  return ok(variables)
}
