export const numbers = new Intl.NumberFormat('en-GB')

/** "1 line", "1,240 lines" */
export function count(of: number, one: string, many = `${one}s`): string {
  return `${numbers.format(of)} ${of === 1 ? one : many}`
}
