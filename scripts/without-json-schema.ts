import type { Plugin } from 'vite'

const parts = /\/zod\/v4\/core\/(?:to-json-schema|json-schema-processors)\.js$/

/**
 * Each schema of Zod can say itself as JSON Schema, and so every app carries the code for it: five of the first page's 180 KB. Nothing in a browser asks for
 * that; the tests of the wires do, in Node, on Zod as it is. Here what these files export says so instead.
 */
export function withoutJsonSchema(): Plugin {
  return {
    name: 'without-json-schema',
    enforce: 'pre',
    transform: {
      filter: { id: parts },
      handler(code) {
        const names = [...code.matchAll(/^export (?:function|const) (\w+)/gm)].flatMap(([, name]) => name ?? [])
        // `process` is exported under another name than its own.
        const renamed = [...code.matchAll(/^export \{ (\w+) as (\w+) \};$/gm)].flatMap(([, , name]) => name ?? [])
        const stubs = names.map((name) => `export const ${name} = unavailable`)
        const others = renamed.map((name) => `export { unavailable as ${name} }`)
        return {
          code: [
            `const unavailable = () => () => { throw new Error('the app has no JSON Schema') }`,
            ...stubs,
            ...others,
          ].join('\n'),
          map: null,
        }
      },
    },
  }
}
