import type { HighlighterCore, LanguageRegistration } from 'shiki/core'

/** A stretch of code of one kind; the style sheet gives each kind its token colour. */
export type CodePiece = { readonly text: string; readonly kind: CodeKind }
export const codeKinds = ['plain', 'keyword', 'string', 'comment', 'constant', 'function'] as const
export type CodeKind = (typeof codeKinds)[number]
export type CodeLine = readonly CodePiece[]

/** Code above this is shown without colours. */
const highlightLimit = 60_000

type Load = () => Promise<{ readonly default: LanguageRegistration[] }>
const languages: Record<string, Load> = {
  bash: () => import('shiki/langs/bash.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  lua: () => import('shiki/langs/lua.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  vue: () => import('shiki/langs/vue.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
}

const aliases: Record<string, string> = {
  'c++': 'c',
  cc: 'c',
  h: 'c',
  hpp: 'c',
  // C++ has a grammar of 800 kB; the one of C colours what a reader needs.
  cpp: 'c',
  cs: 'csharp',
  scss: 'css',
  less: 'css',
  dockerfile: 'docker',
  golang: 'go',
  htm: 'html',
  svg: 'xml',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'tsx',
  jsonc: 'json',
  json5: 'json',
  kt: 'kotlin',
  md: 'markdown',
  mdx: 'markdown',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  console: 'bash',
  shellscript: 'bash',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  yml: 'yaml',
  patch: 'diff',
}

/** The language of a fence's word or of a file's ending; `undefined`: shown without colours. */
export function languageOf(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  const word = name.toLowerCase()
  if (Object.hasOwn(languages, word)) return word
  return Object.hasOwn(aliases, word) ? aliases[word] : undefined
}

export function languageOfPath(path: string): string | undefined {
  const name = path.split('/').at(-1) ?? ''
  if (/^dockerfile/i.test(name)) return 'docker'
  return name.includes('.') ? languageOf(name.split('.').at(-1)) : undefined
}

/**
 * Code as lines of coloured pieces. The highlighter and each language load when they are first needed; a language that
 * can't be loaded (no network before its first use) gives `undefined`, and the code stays plain.
 */
export async function highlight(code: string, language: string): Promise<readonly CodeLine[] | undefined> {
  const load = languages[language]
  if (load === undefined || code.length > highlightLimit) return undefined
  try {
    highlighter ??= createHighlighter()
    const core = await highlighter
    if (!core.getLoadedLanguages().includes(language)) await core.loadLanguage((await load()).default)
    const lines = core.codeToTokensBase(code, {
      lang: language,
      theme: 'drover',
      tokenizeMaxLineLength: 2_000,
      tokenizeTimeLimit: 200,
    })
    return lines.map((line) => joinPieces(line.map((token) => ({ text: token.content, kind: kindOf(token.color) }))))
  } catch {
    highlighter = undefined
    return undefined
  }
}

let highlighter: Promise<HighlighterCore> | undefined

async function createHighlighter(): Promise<HighlighterCore> {
  const [core, engine] = await Promise.all([import('shiki/core'), import('shiki/engine/javascript')])
  return core.createHighlighterCore({
    themes: [core.createCssVariablesTheme({ name: 'drover', variablePrefix: '--code-' })],
    langs: [],
    engine: engine.createJavaScriptRegexEngine({ forgiving: true }),
  })
}

function kindOf(colour: string | undefined): CodeKind {
  const name = /--code-token-([a-z]+)/.exec(colour ?? '')?.[1]
  const kind = codeKinds.find((known) => known === name)
  return kind ?? 'plain'
}

function joinPieces(pieces: readonly CodePiece[]): CodeLine {
  const joined: { text: string; kind: CodeKind }[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last?.kind === piece.kind) last.text += piece.text
    else joined.push({ ...piece })
  }
  return joined
}
