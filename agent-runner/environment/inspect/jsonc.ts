/** JSON with comments and trailing commas, as editors' settings are. @returns `undefined` when it is none. */
export function parseJsonc(text: string): unknown {
  try {
    return JSON.parse(withoutTrailingCommas(withoutComments(text.replace(/^\uFEFF/, ''))))
  } catch {
    return undefined
  }
}

/** Strings are taken whole, so that what looks like a comment in one stays. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (found) =>
    found.startsWith('"') ? found : ' ',
  )
}

function withoutTrailingCommas(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (found) => (found.startsWith('"') ? found : ''))
}
