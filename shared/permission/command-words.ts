import { forEachChild, type SyntaxNode, type Word as SyntaxWord } from 'unbash'
import type { DynamicWord, Word } from './command-types.ts'

/** The value of a word, or what keeps it unknown. Nothing is expanded: only quotes and backslashes are taken off. */
export function toWord(word: SyntaxWord): Word {
  const parts = word.parts
  if (parts === undefined) return isOpen(word.text) ? unknown(word, 'expansion') : word.value
  let kind: DynamicWord['kind'] | undefined
  for (const part of parts) kind = stronger(kind, kindOf(part))
  const unquoted = parts.map((part) => (part.type === 'Literal' ? part.text : '\0')).join('')
  if (isOpen(unquoted)) kind = stronger(kind, 'expansion')
  return kind === undefined ? word.value : unknown(word, kind)
}

function unknown(word: SyntaxWord, kind: DynamicWord['kind']): DynamicWord {
  return { dynamic: true, kind, text: word.text }
}

/**
 * Bash expands `~` at the start of a word, and after `=` and `:` where the word looks like an assignment; and lists
 * in braces, also those that the parser ends too early: `{a}b,c}`.
 */
function isOpen(unquoted: string): boolean {
  return /(?:^|[=:])~/.test(unquoted) || /\{.*(?:,|\.\.)/s.test(unquoted)
}

const strength = { glob: 1, expansion: 2, opaque: 3 }

function stronger(
  one: DynamicWord['kind'] | undefined,
  other: DynamicWord['kind'] | undefined,
): DynamicWord['kind'] | undefined {
  if (one === undefined) return other
  if (other === undefined) return one
  return strength[other] > strength[one] ? other : one
}

/** What an expansion, and all that stands in it, makes of a word. */
export function kindOf(part: SyntaxNode): DynamicWord['kind'] | undefined {
  let kind = ownKind(part)
  // The commands of a substitution are parts of their own; here only its place in the word counts.
  if (part.type === 'CommandExpansion' || part.type === 'ProcessSubstitution') return kind
  forEachChild(part, (child) => {
    kind = stronger(kind, kindOf(child))
  })
  return kind
}

function ownKind(part: SyntaxNode): DynamicWord['kind'] | undefined {
  switch (part.type) {
    // `sh` and `bash` read $'…' and $"…" differently, so their value depends on the shell.
    case 'AnsiCQuoted':
    case 'LocaleString':
    case 'SimpleExpansion':
    case 'CommandExpansion':
    case 'ProcessSubstitution':
    case 'BraceExpansion':
      return 'expansion'
    case 'Glob':
    case 'ExtendedGlob':
      return 'glob'
    // Arithmetic evaluates the text of variables, array indexes with their $(…) included.
    case 'ArithmeticExpansion':
      return 'opaque'
    case 'ParameterExpansion': {
      if (part.index !== undefined || part.prefix === '!') return 'opaque'
      const operation = part.operation
      if (operation === undefined) return 'expansion'
      if (operation.type === 'Default') return operation.operator.endsWith('=') ? 'opaque' : 'expansion'
      return ['Remove', 'Replace', 'CaseModification'].includes(operation.type) ? 'expansion' : 'opaque'
    }
    default:
      return undefined
  }
}
