import { createEffect, createRoot, type Accessor } from 'solid-js'

/** Resolves once `holds` is true, or `withinMs` have passed. */
export function until(holds: Accessor<boolean>, withinMs: number): Promise<void> {
  return new Promise((resolve) =>
    createRoot((dispose) => {
      const end = (): void => {
        clearTimeout(timer)
        dispose()
        resolve()
      }
      const timer = setTimeout(end, withinMs)
      createEffect(() => {
        if (holds()) end()
      })
    }),
  )
}
