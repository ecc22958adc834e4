/** The rules of git-check-ref-format(1) that people run into. */
export function isBranchName(text: string): boolean {
  return (
    text !== '' &&
    text.length <= 250 &&
    !/[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[-/.]|[/.]$|^@$/.test(text)
  )
}
