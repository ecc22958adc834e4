/** Longest name of a file that every system takes, with its ending. */
const mostLetters = 80

/** Saves Markdown as a file that is called as its plan. */
export function saveAs(markdown: string, title: string): void {
  const name = title
    .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+/, '')
    .slice(0, mostLetters)
    .trim()
  const url = URL.createObjectURL(new Blob([markdown], { type: 'text/markdown;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name === '' ? 'plan' : name}.md`
  link.click()
  // The browser has begun to read it by the next task.
  setTimeout(() => URL.revokeObjectURL(url))
}
