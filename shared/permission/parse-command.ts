import { forEachChild, parse, type ParsedScript, type SyntaxNode, type Word } from 'unbash'
import type { ParsedCommand, ParseRefusal } from './command-types.ts'
import { createPartCollector } from './collect-parts.ts'
import { parseLimits, ParseStop } from './part-place.ts'

/**
 * Splits shell text into the simple commands it would run, without running or expanding anything.
 *
 * Read as Bash by `unbash`. (`sh-syntax`, mvdan/sh in WASM, was tried first: its tree ends at top-level statements,
 * so `a && rm b` is one opaque node, and each call starts a Go runtime.) The parser recovers from errors and reports
 * them; here any error, in a nested script too, refuses the whole text, so that nothing is judged by a guess.
 * Bounds: 64 KB of text, 200 parts, 20 levels.
 */
export async function parseCommand(text: string): Promise<ParsedCommand> {
  return parseCommandSync(text)
}

export function parseCommandSync(text: string): ParsedCommand {
  const refuse = (why: ParseRefusal, detail: string): ParsedCommand => ({ ok: false, text, why, detail })
  if (utf8Length(text) > parseLimits.bytes) return refuse('too-long', 'The command is longer than 64 KB.')
  if (!text.isWellFormed() || text.includes('\0'))
    return refuse('not-text', 'The command holds bytes that are not text.')
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text))
    return refuse('syntax', "The command can't be read: it ends in a backslash.")
  // Bash joins `$\⏎(x)` to `$(x)`, even inside double quotes; the parser doesn't.
  if (/[^\s]\\\n/.test(text)) return refuse('syntax', "The command can't be read: a word goes over two lines.")
  const collector = createPartCollector(readScript)
  try {
    collector.script(text)
  } catch (error) {
    if (error instanceof ParseStop) return refuse(error.why, error.message)
    throw error
  }
  if (collector.parts.length === 0) return refuse('empty', 'The command is empty.')
  const { parts, shells, functions, loops } = collector
  return { ok: true, text, parts, shells, functions, loops }
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length && bytes <= parseLimits.bytes; at++) {
    const unit = text.charCodeAt(at)
    // A pair of surrogates is four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** @throws ParseStop where Bash would refuse the text, or the parser had to guess. */
function readScript(source: string): ParsedScript {
  const script = parse(source)
  checkErrors(script, 0)
  return script
}

function checkErrors(node: SyntaxNode, level: number): void {
  if (level > parseLimits.levels * 12) throw new ParseStop('too-deep', 'The command is nested too deeply.')
  if (node.type === 'Script') {
    const error = node.errors?.[0]
    if (error !== undefined) throw new ParseStop('syntax', `The command can't be read: ${error.message}.`)
  }
  const lost =
    ((node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') && node.script === undefined) ||
    (node.type === 'HereDoc' && (node.closing === undefined || node.delimiter === undefined)) ||
    ((node.type === 'CommandExpansion' || node.type === 'ParameterExpansion') && !/[})`]$/.test(node.text)) ||
    ((node.type === 'Redirect' || node.type === 'HereString') && node.target === undefined)
  if (lost || hidesExpansion(node))
    throw new ParseStop('syntax', "The command can't be read: something is not closed, or not clear.")
  forEachChild(node, (child) => checkErrors(child, level + 1))
}

/**
 * An expansion that the parser left inside plain letters: in a broken array value, in arithmetic, where single
 * quotes don't count. Bash would run what is in it.
 */
function hidesExpansion(node: SyntaxNode): boolean {
  if (node.type === 'ArithmeticExpansion') return node.text.includes("'")
  if (node.type === 'ArithmeticCommand') return node.body.includes("'")
  if (node.type === 'HereDoc' && node.delimiter?.quoted !== true && node.body.text.includes('$[')) return true
  if (node.type === 'Assignment' && node.value.type === 'Word' && node.value.text.startsWith('(')) return true
  if (node.type !== 'Literal' && node.type !== 'Word') return false
  const text = node.type === 'Word' ? looseText(node) : node.text
  return /(?:^|[^\\])(?:\\\\)*(?:\$[({[]|`)/.test(text)
}

/** A word's source without its quotes and without what the parser knows for expansions. */
function looseText(word: Word): string {
  if (word.parts === undefined) return word.text
  const plain = word.parts.map((part) => (part.type === 'Literal' || part.type === 'Glob' ? part.text : '\0'))
  return plain.join('')
}
