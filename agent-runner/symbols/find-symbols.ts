import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Language as Grammar, Node, Parser } from '@vscode/tree-sitter-wasm'
import treeSitter from '@vscode/tree-sitter-wasm'
import { fileSymbolsLimit, isSymbolName, type FileSymbol, type SymbolKind } from '#shared/domain/workspace-symbols.ts'
import { languageNamed, type Language, type LanguageName } from './languages.ts'

/** One file may take so long; what was parsed for longer has no symbols. */
const parseMs = 1_000
/** Definitions within definitions. */
const depthLimit = 40

const folder = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'))

export type SymbolReader = (name: LanguageName, text: string) => Promise<readonly FileSymbol[]>

/** Reads what a file defines, by Tree-sitter's grammars. To be used in a process of its own: the text may be anybody's. */
export async function createSymbolReader(now: () => number): Promise<SymbolReader> {
  await treeSitter.Parser.init()
  const parser: Parser = new treeSitter.Parser()
  const grammars = new Map<string, Grammar>()

  async function grammarOf({ grammar }: Language): Promise<Grammar> {
    const known = grammars.get(grammar)
    if (known !== undefined) return known
    const loaded = await treeSitter.Language.load(await readFile(join(folder, grammar)))
    grammars.set(grammar, loaded)
    return loaded
  }

  return async (name, text) => {
    const language = languageNamed(name)
    parser.setLanguage(await grammarOf(language))
    const until = now() + parseMs
    const tree = parser.parse(text, null, { progressCallback: () => now() > until })
    if (tree === null) {
      parser.reset()
      return []
    }
    const found: FileSymbol[] = []
    collect(tree.rootNode, language, found)
    tree.delete()
    return found
  }
}

/** Of a class or module, whose members are looked for. */
const containers: readonly SymbolKind[] = ['class', 'interface', 'enum', 'module']

function collect(root: Node, language: Language, found: FileSymbol[]): void {
  const through = new Set<string>(language.through)
  function visit(node: Node, depth: number, inClass: boolean): void {
    if (found.length >= fileSymbolsLimit || depth > depthLimit) return
    const kind = Object.hasOwn(language.defines, node.type) ? language.defines[node.type] : undefined
    if (kind !== undefined) add(node, kindOf(node, kind, inClass), found)
    if (kind === undefined ? !through.has(node.type) : !containers.includes(kind)) return
    const within = kind === undefined ? inClass || node.type === 'impl_item' : kind !== 'module'
    for (const child of node.namedChildren) if (child !== null) visit(child, depth + 1, within)
  }
  visit(root, 0, false)
}

/** A function in a class is a method; a constant that holds a function is one. */
function kindOf(node: Node, kind: SymbolKind, inClass: boolean): SymbolKind {
  if (kind === 'function') return inClass ? 'method' : 'function'
  if (node.type !== 'variable_declarator') return kind
  const value = node.childForFieldName('value')?.type
  return value === 'arrow_function' || value === 'function_expression' ? 'function' : kind
}

function add(node: Node, kind: SymbolKind, found: FileSymbol[]): void {
  const named = nameOf(node)
  // What is only declared, such as `struct a *b`, is defined elsewhere.
  if (named === undefined || (node.type.endsWith('_specifier') && node.childForFieldName('body') === null)) return
  const name = named.text.replace(/\s+/g, '')
  if (isSymbolName(name)) found.push({ kind, name, line: named.startPosition.row + 1 })
}

/** Of a C function or type, the name stands within its declarator: a pointer, then a function, then the name. */
function nameOf(node: Node): Node | undefined {
  const name = node.childForFieldName('name')
  // Patterns, such as `const { a, b } = c`, name none.
  if (name !== null) return name.type.endsWith('_pattern') ? undefined : name
  let at = node.childForFieldName('declarator')
  for (let depth = 0; at !== null && depth < depthLimit; depth++) {
    const inner: Node | null = at.childForFieldName('declarator')
    if (inner === null) break
    at = inner
  }
  if (at?.type === 'reference_declarator')
    return nameOf(at.namedChildren.find((one) => one !== null) ?? at) ?? undefined
  return at ?? undefined
}
