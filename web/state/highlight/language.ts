import { languages, type Language } from './code-line.ts'

const aliases: Record<string, Language> = {
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
export function languageOf(name: string | undefined): Language | undefined {
  if (name === undefined) return undefined
  const word = name.toLowerCase()
  return languages.find((known) => known === word) ?? (Object.hasOwn(aliases, word) ? aliases[word] : undefined)
}

export function languageOfPath(path: string): Language | undefined {
  const name = path.split('/').at(-1) ?? ''
  if (/^dockerfile/i.test(name)) return 'docker'
  return name.includes('.') ? languageOf(name.split('.').at(-1)) : undefined
}
