import { RE2JS } from 're2js'
import { profileLimits, ruleProblem } from '../domain/profile.ts'
import { err, ok, type Result } from '../result.ts'

/** A person's rule about commands: a regular expression that must match from the first to the last letter. */
export interface CommandRule {
  readonly source: string
  /** `unknown`: the text is too long, or the meter has run out. Then the rule neither allows nor is passed. */
  test(text: string, meter?: Meter): boolean | 'unknown'
}

/** What the rules of one judgement may still read, in letters times rules: however many there are, it ends. */
export interface Meter {
  left: number
}

export const ruleLimits = { source: profileLimits.rule, rules: profileLimits.rules, text: 4096, read: 2_000_000 }

export function createMeter(): Meter {
  return { left: ruleLimits.read }
}

/**
 * RE2 reads each text in time that grows with its length alone, so no pattern takes for ever: it has no back references and doesn't
 * look around. Always anchored: `ls` allows `ls`, not `lsof` or `rm; ls`. `.` doesn't cross lines when allowing.
 */
export function compileRule(source: string, use: 'allow' | 'deny'): Result<CommandRule, string> {
  const problem = ruleProblem(source)
  if (problem !== undefined) return err(problem)
  let pattern: RE2JS
  try {
    pattern = RE2JS.compile(source, use === 'deny' ? RE2JS.DOTALL : 0)
  } catch (error) {
    return err(`The rule is no regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
  return ok({
    source,
    test(text, meter) {
      if (text.length > ruleLimits.text) return 'unknown'
      if (meter !== undefined) {
        meter.left -= text.length + 16
        if (meter.left < 0) return 'unknown'
      }
      return pattern.testExact(text)
    },
  })
}

export type CompiledRules = readonly { readonly source: string; readonly rule: CommandRule | undefined }[]

const compiled = {
  allow: new WeakMap<readonly string[], CompiledRules>(),
  deny: new WeakMap<readonly string[], CompiledRules>(),
}

/** A list, compiled once; a rule that isn't valid is `undefined`. */
export function compileRules(sources: readonly string[], use: 'allow' | 'deny'): CompiledRules {
  const known = compiled[use].get(sources)
  if (known !== undefined) return known
  const rules = sources.map((source) => {
    const rule = compileRule(source, use)
    return { source, rule: rule.ok ? rule.value : undefined }
  })
  compiled[use].set(sources, rules)
  return rules
}
