import { defineConfig, type OxlintConfig } from 'oxlint'

const basePlugins: NonNullable<OxlintConfig['plugins']> = [
  'eslint',
  'typescript',
  'unicorn',
  'oxc',
  'import',
  'promise',
  'node',
  'vitest',
]

const access = [
  'alt-text',
  'anchor-has-content',
  'anchor-is-valid',
  'aria-activedescendant-has-tabindex',
  'aria-props',
  'aria-proptypes',
  'aria-role',
  'aria-unsupported-elements',
  'click-events-have-key-events',
  'heading-has-content',
  'iframe-has-title',
  'label-has-associated-control',
  'lang',
  'no-access-key',
  'no-aria-hidden-on-focusable',
  'no-redundant-roles',
  'no-static-element-interactions',
  'role-has-required-aria-props',
  'role-supports-aria-props',
  'scope',
  'tabindex-no-positive',
]

/** Lint carries the architecture: scripts/lint/rooms.ts has the walls, test/walls breaks each of them on purpose. */
export default defineConfig({
  plugins: basePlugins,
  options: { typeAware: true },
  jsPlugins: ['./scripts/lint/walls.ts'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['node_modules', 'dist/**', '.tsbuild/**', '.cache/**', 'coverage/**'],
  rules: {
    'walls/imports': 'error',
    'walls/pure': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-self-import': 'error',
    'import/no-default-export': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'node/no-process-env': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    // Said better elsewhere, or right too seldom to be worth its noise.
    'typescript/consistent-return': 'off', // tsc: noImplicitReturns, which knows exhaustive switches
    'typescript/no-unsafe-type-assertion': 'off', // `as` belongs in parsers and brands, where this fires
    'typescript/no-misused-spread': 'off', // code points are meant
    'unicorn/consistent-function-scoping': 'off', // a helper may stand where it is used
    'unicorn/no-array-sort': 'off', // sorting a fresh array in place
    'import/no-unassigned-import': 'off', // style sheets
    'eslint/no-shadow': 'off', // short scopes may reuse a short word
    'eslint/no-unmodified-loop-condition': 'off', // blind to changes made across an await
    'unicorn/no-useless-spread': 'off', // blind to a set that its own loop changes
    'import/no-named-as-default-member': 'off', // CommonJS packages
    'unicorn/prefer-add-event-listener': 'off', // sockets and ports with one owner
    'unicorn/require-post-message-target-origin': 'off', // taken for window.postMessage where it is a channel's
    'eslint/no-underscore-dangle': 'off', // the protocol's `_meta`
    'eslint/no-unassigned-vars': 'off', // Solid's ref={element}
    'typescript/unbound-method': 'off', // our things are made of closures, not of classes
    'typescript/no-unnecessary-type-arguments': 'off', // said for the reader
    'typescript/require-array-sort-compare': 'off', // texts are sorted by code point on purpose
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/require-to-throw-message': 'off',
    'eslint/no-misleading-character-class': 'off', // classes of invisible characters are meant
    'eslint/no-control-regex': 'off', // terminals speak in control characters
    'vitest/no-conditional-expect': 'off', // narrowing a union before looking into it
    'promise/always-return': 'off', // no-floating-promises knows better
    'promise/catch-or-return': 'off',
    'promise/no-callback-in-promise': 'off',
  },
  overrides: [
    {
      // Waiting for what a person sees is the assertion there: it throws when that doesn't come.
      files: ['test/e2e/*.e2e.test.ts'],
      rules: { 'vitest/expect-expect': 'off' },
    },
    {
      files: [
        'server/config.ts',
        'agent-runner/config.ts',
        'cli/config.ts',
        'agent-runner/inside/mcp-over-stdio.ts',
        'test/**',
        '**/*.test.ts',
        '**/*.test.tsx',
        'scripts/**',
        '*.config.ts',
      ],
      rules: { 'node/no-process-env': 'off' },
    },
    {
      files: ['*.config.ts', 'scripts/lint/walls.ts', 'scripts/test-summary.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['web/**/*.tsx'],
      plugins: [...basePlugins, 'jsx-a11y'],
      jsPlugins: [{ name: 'solid', specifier: 'eslint-plugin-solid' }],
      rules: {
        ...Object.fromEntries(access.map((rule) => [`jsx-a11y/${rule}`, 'error' as const])),
        'solid/reactivity': 'error',
        'solid/no-destructure': 'error',
        'solid/components-return-once': 'error',
        'solid/jsx-no-undef': 'off',
        'solid/jsx-uses-vars': 'off',
        'solid/no-innerhtml': 'error',
        'solid/prefer-for': 'error',
        'solid/no-react-specific-props': 'error',
        'solid/no-react-deps': 'error',
        'solid/jsx-no-duplicate-props': 'error',
        'solid/jsx-no-script-url': 'error',
        'solid/event-handlers': 'error',
        'solid/self-closing-comp': 'error',
        'solid/style-prop': 'error',
      },
    },
  ],
})
