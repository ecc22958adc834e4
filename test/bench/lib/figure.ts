/** One measured thing, in ms unless `unit` says otherwise. */
export type Measured = {
  readonly median: number
  readonly p99: number
  readonly n: number
}

/** One line of the answer. */
export type Row = {
  readonly what: string
  readonly unit: string
  readonly ours: Measured
  /** The limit, or the peer, measured in the same run, turn about with ours. */
  readonly beside?: { readonly what: string; readonly measured: Measured }
  /** What the issue asks for; absent where the line only explains another. */
  readonly target?: { readonly text: string; readonly met: boolean }
}

export type FigureOptions = {
  /** Smaller numbers of samples, to try a bench out. Its results mean nothing. */
  readonly quick: boolean
  readonly seed: number | undefined
  readonly cycles: number | undefined
  readonly say: (line: string) => void
}

export type Figure = {
  readonly name: string
  readonly about: string
  run(options: FigureOptions): Promise<readonly Row[]>
}

export function measured(samples: readonly number[]): Measured {
  const sorted = [...samples].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), n: sorted.length }
}

/** A single number, such as a rate or a size. */
export function single(value: number): Measured {
  return { median: value, p99: value, n: 1 }
}

/** Nearest rank. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN
}

/** ms since epoch with fractions, comparable between the processes of one machine. */
export function clock(): number {
  return performance.timeOrigin + performance.now()
}
