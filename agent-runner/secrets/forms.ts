import { isTooPlain, leastHidden } from '#shared/domain/secret-hiding.ts'

/** The ways in which a value may be printed: as it is, quoted for another language, or as Base64 and hex, which tools break into lines. */
export interface Forms {
  plain: string[]
  encoded: string[]
}

/** Of values that are longer, only the ways that programs take whole files are looked for. */
const longValue = 8_192

export function formsOf(text: string): Forms {
  const value = text.trim()
  if (isTooPlain(value)) return { plain: [], encoded: [] }
  const lines = value.includes('\n') ? value.split('\n').map((line) => line.trim()) : []
  const plain = new Set([value, ...lines.filter((line) => !isTooPlain(line))])
  const json = inJson(value)
  for (const form of [json, inJson(json), value.replaceAll('\n', '\r\n')]) plain.add(form)
  const bytes = Buffer.from(value)
  const encoded = new Set([0, 1, 2].flatMap((offset) => inBase64(bytes, offset)))
  if (value.length <= longValue) {
    for (const form of inUrl(value)) plain.add(form)
    for (const form of [value.replaceAll("'", String.raw`'\''`), inHtml(value)]) plain.add(form)
    for (const form of [bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) encoded.add(form)
  }
  const long = (form: string): boolean => form.length >= leastHidden
  return { plain: [...plain].filter(long), encoded: [...encoded].filter(long) }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** What stays the same of it with `offset` bytes before it and whatever behind, in both alphabets. */
function inBase64(bytes: Buffer, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const first = Math.ceil((offset * 8) / 6)
  const end = Math.floor(((offset + bytes.byteLength) * 8) / 6)
  const stable = whole.slice(first, end)
  return [stable, stable.replaceAll('+', '-').replaceAll('/', '_')]
}

/** Programs differ in which marks they escape, and in the case of the digits. */
function inUrl(text: string): string[] {
  const component = encodeURIComponent(text.toWellFormed())
  const strict = component.replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const forms = [component, strict, encodeURI(text.toWellFormed())].flatMap((form) => [
    form,
    form.replaceAll('%2F', '/'),
    form.replaceAll('%20', '+'),
  ])
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())])
}

function inHtml(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replaceAll(/[&<>"']/g, (mark) => marks[mark] ?? mark)
}
