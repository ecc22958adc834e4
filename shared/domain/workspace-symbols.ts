/** What is defined in a workspace's files, as it can be mentioned. */
export const symbolKinds = ['function', 'method', 'class', 'interface', 'type', 'enum', 'constant', 'module'] as const
export type SymbolKind = (typeof symbolKinds)[number]

/** `line`: counted from 1. */
export type FileSymbol = { readonly kind: SymbolKind; readonly name: string; readonly line: number }
export type WorkspaceSymbol = FileSymbol & { readonly path: string }

/** Symbols of a workspace that are listed, and of one of its files; more are left out. */
export const listedSymbolsLimit = 50_000
export const fileSymbolsLimit = 1_000
/** The longest name that is listed, in UTF-16 units. */
export const symbolNameLimit = 100

/** A name that stands in a line of its own kind. */
export function isSymbolName(name: string): boolean {
  return name !== '' && name.length <= symbolNameLimit && name.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}`]/u.test(name)
}

/** The list as a text: each file's path, and below it its symbols, each begun by a tab: kind, line, name. */
export function writeSymbols(
  files: readonly { readonly path: string; readonly symbols: readonly FileSymbol[] }[],
): string {
  return files
    .map(({ path, symbols }) =>
      [path, ...symbols.map(({ kind, line, name }) => `\t${kind}\t${line}\t${name}`)].join('\n'),
    )
    .join('\n')
}

/** What is not of that form is left out. */
export function readSymbols(text: string): readonly WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = []
  let path = ''
  for (const row of text.split('\n')) {
    if (!row.startsWith('\t')) {
      path = row
      continue
    }
    const [, kindText, lineText, name = ''] = row.split('\t')
    const kind = symbolKinds.find((one) => one === kindText)
    const line = Number(lineText)
    if (kind === undefined || path === '' || !Number.isSafeInteger(line) || line < 1 || !isSymbolName(name)) continue
    found.push({ path, kind, name, line })
    if (found.length === listedSymbolsLimit) break
  }
  return found
}
