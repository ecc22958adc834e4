import type { SymbolKind } from '#shared/domain/workspace-symbols.ts'

/** What a language's grammar calls the definitions that people look for. Function bodies are never looked into. */
export type Language = {
  /** File of `@vscode/tree-sitter-wasm`. */
  readonly grammar: string
  /** Kinds of syntax nodes that define something. */
  readonly defines: Readonly<Record<string, SymbolKind>>
  /** Kinds of nodes in which definitions stand, beside those that define a container. */
  readonly through: readonly string[]
}

const scriptDefines: Language['defines'] = {
  function_declaration: 'function',
  generator_function_declaration: 'function',
  function_signature: 'function',
  class_declaration: 'class',
  abstract_class_declaration: 'class',
  interface_declaration: 'interface',
  type_alias_declaration: 'type',
  enum_declaration: 'enum',
  internal_module: 'module',
  method_definition: 'method',
  abstract_method_signature: 'method',
  variable_declarator: 'constant',
}
const scriptThrough = [
  'program',
  'export_statement',
  'ambient_declaration',
  'expression_statement',
  'statement_block',
  'class_body',
  'lexical_declaration',
]

const languages = {
  typescript: { grammar: 'tree-sitter-typescript.wasm', defines: scriptDefines, through: scriptThrough },
  tsx: { grammar: 'tree-sitter-tsx.wasm', defines: scriptDefines, through: scriptThrough },
  javascript: { grammar: 'tree-sitter-javascript.wasm', defines: scriptDefines, through: scriptThrough },
  python: {
    grammar: 'tree-sitter-python.wasm',
    defines: { function_definition: 'function', class_definition: 'class' },
    through: ['module', 'decorated_definition', 'block', 'if_statement', 'try_statement'],
  },
  go: {
    grammar: 'tree-sitter-go.wasm',
    defines: {
      function_declaration: 'function',
      method_declaration: 'method',
      type_spec: 'type',
      type_alias: 'type',
      const_spec: 'constant',
    },
    through: ['source_file', 'type_declaration', 'const_declaration'],
  },
  rust: {
    grammar: 'tree-sitter-rust.wasm',
    defines: {
      function_item: 'function',
      function_signature_item: 'function',
      macro_definition: 'function',
      struct_item: 'class',
      union_item: 'class',
      enum_item: 'enum',
      trait_item: 'interface',
      type_item: 'type',
      mod_item: 'module',
      const_item: 'constant',
      static_item: 'constant',
    },
    through: ['source_file', 'impl_item', 'declaration_list'],
  },
  java: {
    grammar: 'tree-sitter-java.wasm',
    defines: {
      class_declaration: 'class',
      record_declaration: 'class',
      interface_declaration: 'interface',
      annotation_type_declaration: 'interface',
      enum_declaration: 'enum',
      method_declaration: 'method',
      constructor_declaration: 'method',
    },
    through: ['program', 'class_body', 'interface_body', 'enum_body', 'enum_body_declarations'],
  },
  csharp: {
    grammar: 'tree-sitter-c-sharp.wasm',
    defines: {
      class_declaration: 'class',
      record_declaration: 'class',
      struct_declaration: 'class',
      interface_declaration: 'interface',
      enum_declaration: 'enum',
      delegate_declaration: 'type',
      method_declaration: 'method',
      constructor_declaration: 'method',
    },
    through: ['compilation_unit', 'namespace_declaration', 'file_scoped_namespace_declaration', 'declaration_list'],
  },
  cpp: {
    grammar: 'tree-sitter-cpp.wasm',
    defines: {
      function_definition: 'function',
      preproc_function_def: 'function',
      class_specifier: 'class',
      struct_specifier: 'class',
      union_specifier: 'class',
      enum_specifier: 'enum',
      type_definition: 'type',
      alias_declaration: 'type',
      namespace_definition: 'module',
    },
    through: [
      'translation_unit',
      'declaration',
      'declaration_list',
      'field_declaration_list',
      'linkage_specification',
      'template_declaration',
      'preproc_if',
      'preproc_ifdef',
      'preproc_else',
    ],
  },
  php: {
    grammar: 'tree-sitter-php.wasm',
    defines: {
      function_definition: 'function',
      method_declaration: 'method',
      class_declaration: 'class',
      trait_declaration: 'class',
      interface_declaration: 'interface',
      enum_declaration: 'enum',
    },
    through: ['program', 'namespace_definition', 'compound_statement', 'declaration_list', 'enum_declaration_list'],
  },
  ruby: {
    grammar: 'tree-sitter-ruby.wasm',
    defines: { class: 'class', module: 'module', method: 'method', singleton_method: 'method' },
    through: ['program', 'body_statement'],
  },
  bash: { grammar: 'tree-sitter-bash.wasm', defines: { function_definition: 'function' }, through: ['program'] },
} as const satisfies Record<string, Language>

export type LanguageName = keyof typeof languages

/** By the end of a file's name. */
const byEnd: Readonly<Record<string, LanguageName>> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  cs: 'csharp',
  c: 'cpp',
  h: 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  php: 'php',
  rb: 'ruby',
  sh: 'bash',
  bash: 'bash',
}

/** The language of a file; `undefined`: it is none whose definitions are read. */
export function languageOf(path: string): LanguageName | undefined {
  const end = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  return end !== undefined && Object.hasOwn(byEnd, end) ? byEnd[end] : undefined
}

export function isLanguage(name: string): name is LanguageName {
  return Object.hasOwn(languages, name)
}

export const languageNamed = (name: LanguageName): Language => languages[name]
