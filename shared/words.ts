/** Words of a text, as people count them: runs of letters and digits, with what joins them. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’_-][\p{L}\p{N}]+)*/gu)?.length ?? 0
}
