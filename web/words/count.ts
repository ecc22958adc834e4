export const numbers = new Intl.NumberFormat('en-GB')

/** "1 line", "1,240 lines" */
export function count(of: number, one: string, many = `${one}s`): string {
  return `${numbers.format(of)} ${of === 1 ? one : many}`
}

const steps = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** "640 KB", "2.1 GB": thousands, as devices are sold. */
export function bytes(of: number): string {
  let value = of
  let step = 0
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000
    step++
  }
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${steps[step] ?? 'B'}`
}
