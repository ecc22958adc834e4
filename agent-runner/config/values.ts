import { z } from 'zod'

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizeUnits: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Such as `45m`, `1h30m`, `0s`. @returns milliseconds, `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return text === '0' ? 0 : undefined
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (durationUnits[unit ?? ''] ?? 0), 0))
}

/** Such as `512m`, `4g`, `10Gi`, as Docker and Kubernetes write it, in powers of 1024. @returns bytes, `undefined` when it is none. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b|i)?$/i.exec(text.trim()) ?? []
  if (count === undefined) return undefined
  return Math.round(Number(count) * (sizeUnits[unit.toLowerCase()] ?? 1))
}

export const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined && ms <= 365 * 86_400_000) return ms
  context.addIssue({ code: 'custom', message: 'a time such as 45m, 1h30m or 0s is expected' })
  return z.NEVER
})

/** @param least the smallest that makes sense; `zero`: 0 switches it off; `most` the largest that can be held. */
export function size({ least, zero = false, most = 2 ** 50 }: { least: number; zero?: boolean; most?: number }) {
  return z.string().transform((text, context) => {
    const bytes = parseSize(text)
    if (bytes !== undefined && (bytes >= least || (zero && bytes === 0)) && bytes <= most) return bytes
    const smallest = `${Math.ceil(least / 1024 ** 2)}m at the least`
    const largest = most < 2 ** 50 ? `, ${Math.floor(most / 1024 ** 2)}m at most` : ''
    context.addIssue({
      code: 'custom',
      message: `a size such as 512m or 4g is expected, ${smallest}${largest}`,
    })
    return z.NEVER
  })
}

/** A JSON list of strings, or one a line. */
export const list = z.string().transform((text, context) => {
  if (!text.trimStart().startsWith('['))
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
  try {
    const parsed = z.array(z.string()).safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
  } catch {
    // Said below.
  }
  context.addIssue({ code: 'custom', message: 'a JSON list of texts, or one a line, is expected' })
  return z.NEVER
})
