import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judgeImport, respell } from './judge-import.ts'
import { roomOf, rooms } from './rooms.ts'

/** An oxlint plugin (it speaks ESLint's plugin interface) for the walls that the compiler can't see. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

type Node = { readonly type: string; readonly [key: string]: unknown }
type Fix = (fixer: { replaceText(node: Node, text: string): unknown }) => unknown
type Found = { readonly node: Node; readonly message: string; readonly fix?: Fix }
type Context = { readonly filename: string; report(found: Found): void }

const pathOf = (context: Context): string => relative(root, context.filename).split(sep).join('/')

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** The string literal that an import names its module by, or undefined (a computed `import()`, an export of one's own). */
const literalOf = (value: unknown): (Node & { readonly value: string }) | undefined => {
  if (!isNode(value)) return undefined
  if (value.type === 'TSLiteralType') return literalOf(value['literal'])
  const text = value['value']
  return value.type === 'Literal' && typeof text === 'string' ? { ...value, value: text } : undefined
}

const imports = {
  meta: { type: 'problem', fixable: 'code', schema: [] },
  create(context: Context) {
    const from = pathOf(context)
    const judge = (node: Node) => {
      const literal = literalOf(node['source'] ?? node['argument'])
      if (literal === undefined) return
      const message = judgeImport(from, literal.value)
      if (message === undefined) return
      const better = respell(from, literal.value)
      const fix: Fix = (fixer) => fixer.replaceText(literal, `'${better}'`)
      context.report(better === undefined ? { node, message } : { node, message, fix })
    }
    return {
      ImportDeclaration: judge,
      ExportNamedDeclaration: judge,
      ExportAllDeclaration: judge,
      ImportExpression: judge,
      TSImportType: judge,
    }
  },
}

/** In a pure room time, ids and randomness come in as arguments. */
const pure = {
  meta: { type: 'problem', schema: [] },
  create(context: Context) {
    const path = pathOf(context)
    const room = roomOf(path)
    if (room === undefined || rooms[room]?.platform !== 'pure' || /\.test\.tsx?$/.test(path)) return {}
    const report = (node: Node, what: string) =>
      context.report({ node, message: `${what} in ${room}: time, ids and randomness come in as arguments.` })
    return {
      MemberExpression(node: Node) {
        const name = `${nameOf(node['object'])}.${nameOf(node['property'])}`
        if (impure.has(name)) report(node, name)
      },
      NewExpression(node: Node) {
        const given = node['arguments']
        if (nameOf(node['callee']) === 'Date' && Array.isArray(given) && given.length === 0) report(node, 'new Date()')
      },
    }
  },
}

const impure: ReadonlySet<string> = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])

const nameOf = (value: unknown): string => (isNode(value) && value.type === 'Identifier' ? String(value['name']) : '')

export default { meta: { name: 'walls' }, rules: { imports, pure } }
