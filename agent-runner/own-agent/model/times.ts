/** Waits around a model, in milliseconds. Tests make them short. */
export interface ModelTimes {
  /** Before the second try; doubled for each one after, up to `mostBackoffMs`, and shortened at random by up to half. */
  readonly firstBackoffMs: number
  readonly mostBackoffMs: number
  /** The longest wait that a server may ask for; for a longer one the next model is taken, or the turn ends. */
  readonly mostWaitMs: number
  /** Silence before the first word: a model on one's own machine may read a long conversation for minutes. */
  readonly firstWordMs: number
  /** Silence between words. */
  readonly quietMs: number
  /** How long a model that failed is passed over. */
  readonly restMs: number
  /** A wait that is longer than this is told. */
  readonly tellWaitMs: number
}

export const modelTimes: ModelTimes = {
  firstBackoffMs: 1_000,
  mostBackoffMs: 30_000,
  mostWaitMs: 120_000,
  firstWordMs: 600_000,
  quietMs: 180_000,
  restMs: 300_000,
  tellWaitMs: 4_000,
}
