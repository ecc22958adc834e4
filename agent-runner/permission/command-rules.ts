import { createContext, Script } from 'node:vm'
import { err, ok, type Result } from '#shared/result.ts'

/** A person's rule about commands: a regular expression that must match from the first to the last letter. */
export interface CommandRule {
  readonly source: string
  /** `unknown`: the text is too long, or matching took too long. Then the rule neither allows nor is passed. */
  test(text: string): boolean | 'unknown'
}

export const ruleLimits = { source: 300, rules: 200, text: 4096, matchMs: 200 }

/**
 * Guards against patterns that take for ever: at most 300 characters, no back references or look-behind, no repeated
 * group that itself repeats or branches (`(a+)+`, `(a|aa)*`), at most 4 KB of text. What is left with at most two
 * open repetitions and few choices is quadratic at worst; with more, each match runs under a watchdog of
 * 200 ms, which V8 honours inside its matcher.
 * Always anchored: `ls` allows `ls`, not `lsof` or `rm; ls`. `.` doesn't cross lines when allowing.
 */
export function compileRule(source: string, use: 'allow' | 'deny'): Result<CommandRule, string> {
  if (source.length > ruleLimits.source) return err(`The rule is longer than ${ruleLimits.source} characters.`)
  if (/\\[1-9k]|\(\?<[=!]/.test(source)) return err('The rule uses a back reference or a look-behind.')
  if (repeatsRepeats(source)) return err('The rule repeats a group that repeats or branches, which can take for ever.')
  const flags = use === 'deny' ? 'su' : 'u'
  try {
    RegExp(source, flags)
  } catch (error) {
    return err(`The rule is no regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
  const anchored = new RegExp(`^(?:${source})$`, flags)
  const quick = isQuick(source)
  return ok({
    source,
    test(text) {
      if (text.length > ruleLimits.text) return 'unknown'
      return quick ? anchored.test(text) : watched(anchored, text)
    },
  })
}

function watched(pattern: RegExp, text: string): boolean | 'unknown' {
  const context = createContext({ source: pattern.source, flags: pattern.flags, text })
  try {
    return (
      new Script('new RegExp(source, flags).test(text)').runInContext(context, { timeout: ruleLimits.matchMs }) === true
    )
  } catch {
    return 'unknown'
  }
}

/** At most two open repetitions and four choices; signs in brackets or behind a backslash count too. */
function isQuick(source: string): boolean {
  const repetitions = source.match(/[*+]/g)?.length ?? 0
  const choices = source.match(/[?|]/g)?.length ?? 0
  return repetitions <= 2 && choices <= 4 && !source.includes('{')
}

/** Whether a group followed by `*`, `+` or `{n,…}` holds another repetition or a choice. */
function repeatsRepeats(source: string): boolean {
  const groups: boolean[] = []
  let inside = false
  for (let at = 0; at < source.length; at++) {
    const letter = source.charAt(at)
    if (letter === '\\') at++
    else if (inside) inside = letter !== ']'
    else if (letter === '[') inside = true
    else if (letter === '(') groups.push(false)
    else if (letter === ')') {
      const busy = groups.pop() === true
      const repeated = /^(?:[*+]|\{\d+(?:,\d*)?\})/.test(source.slice(at + 1))
      if (busy && repeated) return true
      if (busy && groups.length > 0) groups[groups.length - 1] = true
    } else if (/[*+|{]/.test(letter) && groups.length > 0) groups[groups.length - 1] = true
  }
  return false
}
