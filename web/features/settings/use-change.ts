import { createSignal, type Accessor } from 'solid-js'
import { refusalText } from '../../state/refusal-text.ts'

/** A synced change with what became of it, to show beside its button: it works offline, and shows in the outbox until it is sent. */
export function useChange(): {
  readonly problem: Accessor<string | undefined>
  readonly saved: Accessor<boolean>
  readonly reset: () => void
  readonly object: (problem: string) => void
  /** Waits for what was begun; whether the device has it. */
  readonly run: (begun: Promise<unknown>) => Promise<boolean>
} {
  const [problem, setProblem] = createSignal<string>()
  const [saved, setSaved] = createSignal(false)
  return {
    problem,
    saved,
    reset: () => {
      setSaved(false)
      setProblem(undefined)
    },
    object: setProblem,
    run: async (begun) => {
      setProblem(undefined)
      setSaved(false)
      try {
        await begun
        setSaved(true)
        return true
      } catch (error) {
        setProblem(refusalText(error))
        return false
      }
    },
  }
}
