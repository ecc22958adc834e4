/** The sixteen colours of a terminal, by name; the style sheet maps them to tokens. */
export const ansiColours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
export type AnsiColour = (typeof ansiColours)[number]

export type AnsiStyle = {
  readonly fg?: AnsiColour
  readonly bg?: AnsiColour
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly inverse?: true
}
export type AnsiSpan = { readonly text: string; readonly style: AnsiStyle }
export type AnsiLine = readonly AnsiSpan[]

/** Columns a line is taken to have at most; output that moves the cursor further stays there. */
const maxColumns = 4_000

/**
 * Terminal output as lines of styled text: SGR colours and weights, carriage return and backspace that write over
 * what stands, erase-in-line and column moves (ECMA-48, 8.3). Everything else (titles, links, cursor addressing,
 * device strings) is dropped. The spans hold plain text: whoever shows them writes text nodes, never markup.
 */
export function parseAnsi(input: string): AnsiLine[] {
  const lines: AnsiLine[] = []
  const line = new Line()
  let style: AnsiStyle = {}
  let at = 0
  while (at < input.length) {
    const next = nextControl(input, at)
    if (next > at) line.write(input.slice(at, next), style)
    if (next >= input.length) break
    const code = input.charCodeAt(next)
    at = next + 1
    if (code === 0x0a) lines.push(line.take())
    else if (code === 0x0d) line.column = 0
    else if (code === 0x08) line.column = Math.max(0, line.column - 1)
    else if (code === 0x09) line.write(' '.repeat(8 - (line.column % 8)), style)
    else if (code === 0x1b || code === 0x9b || code === 0x9d || code === 0x90) {
      const sequence = readSequence(input, at, code)
      at = sequence.end
      if (sequence.final === 'm') style = applySgr(style, sequence.params)
      else if (sequence.final !== undefined) line.move(sequence.final, sequence.params)
    }
  }
  const last = line.take()
  if (last.length > 0 || lines.length === 0) lines.push(last)
  return lines
}

/** What stays when colours don't matter: for copying and searching. */
export function plainText(input: string): string {
  return parseAnsi(input)
    .map((spans) => spans.map((span) => span.text).join(''))
    .join('\n')
}

function nextControl(input: string, from: number): number {
  for (let i = from; i < input.length; i++) {
    const code = input.charCodeAt(i)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return i
  }
  return input.length
}

type Sequence = { readonly end: number; readonly final?: string; readonly params: readonly number[] }

/** Reads what follows an escape. CSI gives its final byte and numbers; strings (OSC, DCS …) are skipped to their end. */
function readSequence(input: string, from: number, lead: number): Sequence {
  let at = from
  let kind = lead === 0x9b ? '[' : lead === 0x1b ? (input[at++] ?? '') : ']'
  if (kind === 'P' || kind === 'X' || kind === '^' || kind === '_') kind = ']'
  if (kind === ']') {
    while (at < input.length) {
      const code = input.charCodeAt(at)
      if (code === 0x07 || code === 0x9c) return { end: at + 1, params: [] }
      if (code === 0x1b) return { end: input[at + 1] === '\\' ? at + 2 : at, params: [] }
      // A string that never ends must not swallow the output that follows it.
      if (code === 0x0a) return { end: at, params: [] }
      at++
    }
    return { end: at, params: [] }
  }
  if (kind !== '[') return { end: /[ -/]/.test(kind) ? Math.min(input.length, at + 1) : at, params: [] }
  const start = at
  while (at < input.length && /[0-9;:<=>?]/.test(input[at] ?? '')) at++
  const raw = input.slice(start, Math.min(at, start + 200))
  while (at < input.length && /[ -/]/.test(input[at] ?? '')) at++
  const final = input[at]
  if (final === undefined) return { end: at, params: [] }
  if (!/[@-~]/.test(final)) return { end: at, params: [] }
  if (/[<=>?]/.test(raw)) return { end: at + 1, params: [] }
  const params = raw === '' ? [] : raw.split(/[;:]/).map((part) => Math.min(65_535, Number(part === '' ? 0 : part)))
  return { end: at + 1, final, params }
}

/** Select Graphic Rendition. 256 and true colours become the nearest of the eight. */
function applySgr(style: AnsiStyle, params: readonly number[]): AnsiStyle {
  let next: { -readonly [Key in keyof AnsiStyle]: AnsiStyle[Key] } = { ...style }
  const codes = params.length === 0 ? [0] : params
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    if (code === 0) next = {}
    else if (code === 1) next.bold = true
    else if (code === 2) next.dim = true
    else if (code === 3) next.italic = true
    else if (code === 4) next.underline = true
    else if (code === 7) next.inverse = true
    else if (code === 9) next.strike = true
    else if (code === 22) {
      delete next.bold
      delete next.dim
    } else if (code === 23) delete next.italic
    else if (code === 24) delete next.underline
    else if (code === 27) delete next.inverse
    else if (code === 29) delete next.strike
    else if (code === 39) delete next.fg
    else if (code === 49) delete next.bg
    else if (code === 38 || code === 48) {
      const colour =
        codes[i + 1] === 5
          ? from256(codes[i + 2] ?? 0)
          : codes[i + 1] === 2
            ? fromRgb(codes[i + 2] ?? 0, codes[i + 3] ?? 0, codes[i + 4] ?? 0)
            : undefined
      i += codes[i + 1] === 5 ? 2 : codes[i + 1] === 2 ? 4 : 0
      if (colour !== undefined && code === 38) next.fg = colour
      if (colour !== undefined && code === 48) next.bg = colour
    } else {
      const fg =
        code >= 30 && code <= 37
          ? ansiColours[code - 30]
          : code >= 90 && code <= 97
            ? ansiColours[code - 90]
            : undefined
      const bg =
        code >= 40 && code <= 47
          ? ansiColours[code - 40]
          : code >= 100 && code <= 107
            ? ansiColours[code - 100]
            : undefined
      if (fg !== undefined) next.fg = fg
      if (bg !== undefined) next.bg = bg
    }
  }
  return next
}

function from256(index: number): AnsiColour | undefined {
  if (index < 16) return ansiColours[index % 8]
  if (index >= 232) return index < 244 ? 'black' : 'white'
  const cube = index - 16
  return fromRgb(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51)
}

function fromRgb(red: number, green: number, blue: number): AnsiColour | undefined {
  const top = Math.max(red, green, blue)
  if (top - Math.min(red, green, blue) < 32) return top < 128 ? 'black' : 'white'
  const half = top * 0.6
  return ansiColours[(red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0)]
}

/** One line of a terminal that is being written. Appending is cheap; only writing over turns it into cells. */
class Line {
  column = 0
  #spans: { text: string; style: AnsiStyle }[] = []
  #length = 0

  write(text: string, style: AnsiStyle): void {
    // A very long line is never taken apart again: that would cost its length for every carriage return.
    if (this.column === this.#length || this.#length > maxColumns) {
      const last = this.#spans.at(-1)
      if (last !== undefined && last.style === style) last.text += text
      else this.#spans.push({ text, style })
      this.#length += text.length
      this.column = this.#length
      return
    }
    const cells = this.#cells()
    while (cells.length < this.column) cells.push({ text: ' ', style: {} })
    for (const character of text) {
      cells[this.column] = { text: character, style }
      this.column++
    }
    this.#set(cells)
  }

  /** Erase in line (K), erase characters (X), cursor back, forward and to a column (D, C, G). */
  move(final: string, params: readonly number[]): void {
    const count = Math.max(1, params[0] ?? 1)
    if (final === 'C') this.column = Math.min(maxColumns, this.column + count)
    else if (final === 'D') this.column = Math.max(0, this.column - count)
    else if (final === 'G') this.column = Math.min(maxColumns, count - 1)
    else if (final === 'K') {
      const mode = params[0] ?? 0
      if (this.#length > maxColumns) return
      const cells = this.#cells()
      if (mode === 0) cells.length = Math.min(cells.length, this.column)
      else if (mode === 2) cells.length = 0
      else for (let i = 0; i <= this.column && i < cells.length; i++) cells[i] = { text: ' ', style: {} }
      this.#set(cells)
    }
  }

  take(): AnsiLine {
    const spans = this.#spans
    this.#spans = []
    this.#length = 0
    this.column = 0
    return spans
  }

  #cells(): { text: string; style: AnsiStyle }[] {
    return this.#spans.flatMap((span) => [...span.text].map((text) => ({ text, style: span.style })))
  }

  #set(cells: readonly { text: string; style: AnsiStyle }[]): void {
    this.#spans = []
    this.#length = cells.length
    for (const cell of cells) {
      const last = this.#spans.at(-1)
      if (last !== undefined && last.style === cell.style) last.text += cell.text
      else this.#spans.push({ text: cell.text, style: cell.style })
    }
  }
}
