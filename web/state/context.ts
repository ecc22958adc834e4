import { createContext, useContext, type Context } from 'solid-js'
import { assert } from '#shared/assert.ts'

/** A context that must be provided: using it outside is a bug, said by name. */
export function createStrictContext<T>(name: string): readonly [context: Context<T | undefined>, use: () => T] {
  const context = createContext<T>()
  const use = (): T => {
    const value = useContext(context)
    assert(value !== undefined, `${name} is used outside of its provider`)
    return value
  }
  return [context, use]
}
