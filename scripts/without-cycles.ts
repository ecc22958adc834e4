import type { Plugin } from 'vite'

/**
 * Zod can read values that hold themselves, which `zod/mini` leaves out unless asked. What the app reads came as JSON, or from its own stores, and holds
 * itself nowhere: this takes the code for it from the first page, and its bookkeeping from each row that is read.
 */
export function withoutCycles(): Plugin {
  return {
    name: 'without-cycles',
    enforce: 'pre',
    transform: {
      filter: { id: /\/zod\/v4\/core\/memoizer\.js$/ },
      handler: () => ({
        code: [
          'export class $ZodCyclicError extends Error {}',
          'export const memoizer = () => undefined',
          'export const isRecursiveSchema = () => false',
          'export const isBackEdge = () => false',
        ].join('\n'),
        map: null,
      }),
    },
  }
}
