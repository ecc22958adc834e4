/** Signs of quotes and lists at the start of a line, with what parts them. */
const containers = String.raw`(?:[ \t]|>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*`
const prefixed = new RegExp(`^${containers}`)
const fenceAfter = /^(`{3,}(?!.*`)|~{3,})/
const fenceEnd = /^(`{3,}|~{3,})[ \t]*$/
/** HTML that ends at its own end, not at a blank line, and may hold anything till then. */
const htmlAfter = /^<(?:[!?]|script|pre|style|textarea)/i
const definitionAfter = /^\[[^\]]*\]:/

export type Line = {
  readonly text: string
  /** Its containers' signs. */
  readonly prefix: string
  /** Within a block of code at the top, for sure. */
  readonly isCode: boolean
}

export type Scan = {
  readonly lines: readonly Line[]
  /** `false`: what is code and what not can't be told without reading it all, so nothing counts as code. */
  readonly isCertain: boolean
  readonly hasDefinitions: boolean
}

/**
 * The lines of a Markdown, and which of them are code. A fence in the first column always begins a block at the top: it ends every list and quote. One behind spaces or the
 * signs of containers is taken for what it seems as long as all lines till its end begin as it does, and its end stands exactly below it: else the ways to read it part.
 */
export function scanLines(markdown: string): Scan {
  let isCertain = true
  let hasDefinitions = false
  let fence: { readonly sign: string; readonly below: string } | undefined
  const lines = markdown.split(/\r\n?|\n/).map((text): Line => {
    const prefix = prefixed.exec(text)?.[0] ?? ''
    const rest = text.slice(prefix.length)
    if (fence !== undefined) {
      const { sign, below } = fence
      const isCode = below === ''
      const inner = isCode ? text.replace(/^ {1,3}/, '') : text.slice(below.length)
      if (!isWithin(text, below)) isCertain = false
      if (fenceEnd.exec(inner)?.[1]?.startsWith(sign) === true) fence = undefined
      else if (!isCode && /^\s*[`~]{3}/.test(inner)) isCertain = false
      return { text, prefix, isCode }
    }
    const sign = fenceAfter.exec(rest)?.[1]
    if (sign !== undefined) fence = { sign, below: belowOf(prefix) }
    else if (htmlAfter.test(rest)) isCertain = false
    else if (definitionAfter.test(rest)) hasDefinitions = true
    return { text, prefix, isCode: sign !== undefined && prefix === '' }
  })
  return { lines, isCertain, hasDefinitions }
}

/** What the lines of a block that begins behind these signs begin with: the signs of lists stand in its first line alone. */
function belowOf(prefix: string): string {
  return prefix.replace(/[^>\t]/g, ' ')
}

/** A blank line is within a list without its spaces, and in no quote without its sign. */
function isWithin(text: string, below: string): boolean {
  return text.startsWith(below) || (text.trim() === '' && !below.includes('>')) || text.trimEnd() === below.trimEnd()
}

/** Units of a piece that is read on its own, at least. */
const pieceSize = 8_000

/**
 * The Markdown in pieces that mean the same one by one: cut before a heading or a letter in the first column after a blank line, which ends all that was open. The tokenizer's
 * time grows faster than the length of what it reads.
 */
export function piecesOf({ lines, isCertain, hasDefinitions }: Scan, least = pieceSize): string[] {
  const pieces: string[] = []
  let piece: string[] = []
  let size = 0
  for (const [index, { text, isCode }] of lines.entries()) {
    const isCut =
      size >= least &&
      !isCode &&
      /^[#\p{L}]/u.test(text) &&
      lines[index - 1]?.text.trim() === '' &&
      !lines[index - 1]?.isCode
    if (isCut && isCertain && !hasDefinitions) {
      pieces.push(piece.join('\n'))
      piece = []
      size = 0
    }
    piece.push(text)
    size += text.length + 1
  }
  pieces.push(piece.join('\n'))
  return pieces
}
