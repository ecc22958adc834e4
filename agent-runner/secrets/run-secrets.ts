import { hiddenTexts, isTooPlain } from '#shared/domain/secret-hiding.ts'
import type { RunSecret, SecretName } from '#shared/domain/secret.ts'
import { createHiding, noHiding, type HiddenValue, type Hiding } from './hiding.ts'

/** The secrets of one run on this runner, in memory alone. */
export interface RunSecrets {
  /** Those of the turn that begins. @returns whether they are others than before. */
  renew(secrets: readonly RunSecret[]): boolean
  all(): readonly RunSecret[]
  /** What every process of the run gets. Credentials that Drover uses itself are none. */
  variables(): Readonly<Record<string, string>>
  /** Hides the values of this turn and of those before it. */
  readonly hiding: Hiding
  /** Secrets whose values are too short or too common to be hidden. */
  unhidden(): SecretName[]
}

/** Of values of earlier turns: a file may still hold one that was replaced. The oldest are given up first. */
const keptUnits = 400_000

/** @param always values that are hidden in every run of this runner. */
export function createRunSecrets(always: readonly HiddenValue[] = []): RunSecrets {
  let current: readonly RunSecret[] = []
  let before: HiddenValue[] = []
  let hiding = always.length === 0 ? noHiding : createHiding(always)

  function valuesOf(secrets: readonly RunSecret[]): HiddenValue[] {
    return secrets.map((secret) => ({ name: secret.name, texts: hiddenTexts(secret) }))
  }

  function variables(): Record<string, string> {
    return Object.fromEntries(current.filter(({ kind }) => kind === 'text').map(({ name, value }) => [name, value]))
  }

  return {
    renew(secrets) {
      const areOthers = JSON.stringify(secrets) !== JSON.stringify(current)
      if (!areOthers) return false
      before = newest([...before, ...valuesOf(current)])
      current = secrets
      hiding = createHiding([...valuesOf(current), ...before, ...always])
      return true
    },
    all: () => current,
    variables,
    hiding: {
      get isIdle() {
        return hiding.isIdle
      },
      text: (text, options) => hiding.text(text, options),
      piece: (text) => hiding.piece(text),
      content: (text) => hiding.content(text),
      diff: (text) => hiding.diff(text),
      bytes: (content) => hiding.bytes(content),
      stream: () => hiding.stream(),
    },
    unhidden: () => current.filter((secret) => hiddenTexts(secret).some(isTooPlain)).map(({ name }) => name),
  }
}

/** Each once, and no more than there is room for. */
function newest(values: readonly HiddenValue[]): HiddenValue[] {
  const kept = new Map<string, HiddenValue>()
  let units = 0
  for (const value of values.toReversed()) {
    const key = JSON.stringify(value)
    units += key.length
    if (units > keptUnits) break
    kept.set(key, value)
  }
  return [...kept.values()].toReversed()
}
