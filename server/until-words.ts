/** Until when something holds, as the terminal says it. */
export function untilWords(at: number): string {
  return new Date(at).toLocaleString('en-GB')
}
