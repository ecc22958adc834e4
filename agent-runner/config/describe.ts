import type { GivenSettings } from '../config.ts'
import { settings, type Setting } from './settings.ts'

/** What `drover runner --check` prints: every setting that is given, where it comes from, and what may be said of its value. */
export function describeSettings({ values, lines }: GivenSettings): string {
  const rows = settings.flatMap((setting) => {
    const value = values[setting.name]
    if (value === undefined) return []
    const from = lines.get(setting.name) ?? 'flag or environment'
    return [`${setting.name} = ${shown(setting, value)}  (${from})`]
  })
  const rest = settings.length - rows.length
  return [...rows, `${rest} more ${rest === 1 ? 'setting has its' : 'settings have their'} default.`].join('\n')
}

/** Of variables their names. */
function shown({ secret, name }: Setting, value: string): string {
  if (secret !== true) return withoutPassword(value)
  if (!name.endsWith('_ENV')) return '(hidden)'
  const texts = value.trimStart().startsWith('[') ? (JSON.parse(value) as unknown[]).map(String) : value.split('\n')
  return texts.map((text) => (text.includes('=') ? `${text.split('=')[0] ?? ''}=(hidden)` : text)).join(', ')
}

function withoutPassword(value: string): string {
  return value.replace(/:\/\/[^/\s@]*@/, '://(hidden)@')
}
