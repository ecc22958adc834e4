/** A stretch of code of one kind; the style sheet gives each kind its token colour. */
export type CodePiece = { readonly text: string; readonly kind: CodeKind }
export const codeKinds = ['plain', 'keyword', 'string', 'comment', 'constant', 'function'] as const
export type CodeKind = (typeof codeKinds)[number]
export type CodeLine = readonly CodePiece[]

/** The languages that have a grammar here, by the names that Shiki gives them. */
export const languages = [
  'bash',
  'c',
  'csharp',
  'css',
  'diff',
  'docker',
  'go',
  'html',
  'java',
  'javascript',
  'json',
  'kotlin',
  'lua',
  'markdown',
  'php',
  'python',
  'ruby',
  'rust',
  'sql',
  'swift',
  'toml',
  'tsx',
  'typescript',
  'vue',
  'xml',
  'yaml',
] as const
export type Language = (typeof languages)[number]
