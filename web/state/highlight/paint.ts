import type { HighlighterCore, LanguageRegistration } from 'shiki/core'
import { codeKinds, type CodeKind, type CodeLine, type CodePiece, type Language } from './code-line.ts'

type Load = () => Promise<{ readonly default: LanguageRegistration[] }>
const languages: Record<Language, Load> = {
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

/** Code as lines of coloured pieces. The highlighter and each language load when they are first needed. @throws when one can't be loaded. */
export async function paint(code: string, language: Language): Promise<readonly CodeLine[]> {
  try {
    highlighter ??= createHighlighter()
    const core = await highlighter
    if (!core.getLoadedLanguages().includes(language)) await core.loadLanguage((await languages[language]()).default)
    const lines = core.codeToTokensBase(code, {
      lang: language,
      theme: 'drover',
      tokenizeMaxLineLength: 2_000,
      tokenizeTimeLimit: 200,
    })
    return lines.map((line) => joinPieces(line.map((token) => ({ text: token.content, kind: kindOf(token.color) }))))
  } catch (error) {
    highlighter = undefined
    throw error
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
