import { plainLine } from './classify-part.ts'
import type { CompiledRules, Meter } from './command-rules.ts'
import { shownWord, type CommandPart } from './command-types.ts'
import { startsOthers } from './unwrap-command.ts'

/**
 * The deny list sees a part as it is written and as it is run: without quotes, wrappers, redirections or the program's folder, and
 * its program alone, so that `rm` covers `rm -rf x`. Where a denied command could hide, it is `unsure`.
 */
export function deniedBy(
  part: CommandPart,
  rules: CompiledRules,
  meter: Meter,
): { readonly kind: 'denied'; readonly by: string } | { readonly kind: 'unsure' } | undefined {
  if (rules.length === 0 || part.argv.length === 0) return undefined
  const [program] = part.argv
  const plain = plainLine(part)
  const views = viewsOf(part, plain)
  const opaque = part.argv.some((word) => typeof word !== 'string' && word.kind === 'opaque')
  let unsure = opaque || typeof program !== 'string' || startsOthers(part.argv)
  for (const { source, rule } of rules) {
    if (rule === undefined) unsure = true
    for (const view of views) {
      const found = rule?.test(view, meter)
      if (found === true) return { kind: 'denied', by: source }
      if (found === 'unknown') unsure = true
    }
    // With a word that is open, a rule about this program may or may not cover it.
    const name = nameIn(plain)
    if (part.dynamic && rule !== undefined && name !== '' && source.includes(name)) unsure = true
  }
  return unsure ? { kind: 'unsure' } : undefined
}

function viewsOf(part: CommandPart, plain: string): readonly string[] {
  const inAnyFolder = plain.replace(/^\S*\//, '')
  // One program that is many: `busybox rm`.
  const inside = /^(?:busybox|toybox)\s+(.*)$/s.exec(inAnyFolder)?.[1]
  const views = [part.text, plain, part.argv.map(shownWord).join(' '), inAnyFolder, nameIn(inAnyFolder)]
  if (inside !== undefined) views.push(inside, nameIn(inside))
  return [...new Set(views)]
}

function nameIn(line: string): string {
  return line.split(' ')[0] ?? ''
}
