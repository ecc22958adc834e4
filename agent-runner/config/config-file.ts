import { readFileSync } from 'node:fs'
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { err, ok, type Result } from '#shared/result.ts'
import { messageOf } from '../log.ts'
import { settings, type Setting } from './settings.ts'

/** What a file says of a setting, as its variable would. */
export interface FileValue {
  readonly value: string
  readonly line: number
}

const fileLimit = 1_000_000
/** Keys that others of its kind know, and what to do here. */
const elsewhere: Readonly<Record<string, string>> = {
  'backend.kubernetes': 'Runs in Kubernetes are not there yet; docker and direct are.',
  'backend.direct.oz_path': 'Agents are fetched by the runner or found on its PATH. Take this line out.',
  api_key: 'A key does not belong into this file. Put the path of its own file into api_key_file.',
}

/** @returns values by the names of settings, or a sentence with the line. */
export function readConfigFile(path: string): Result<ReadonlyMap<string, FileValue>, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return err(`The configuration file ${path} can't be read: ${messageOf(error)}`)
  }
  if (text.length > fileLimit) return err(`The configuration file ${path} is larger than ${fileLimit} characters.`)
  const read = parseConfigFile(text)
  return read.ok ? read : err(`${path}, ${read.error}`)
}

/** @returns an error that begins with `line 7: `. */
export function parseConfigFile(text: string): Result<ReadonlyMap<string, FileValue>, string> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (node: unknown): number => {
    const range = typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range : undefined
    return range === undefined || range === null ? 1 : lines.linePos(range[0]).line
  }
  const [broken] = document.errors
  if (broken !== undefined) return err(`line ${lines.linePos(broken.pos[0]).line}: this is no YAML: ${broken.message}`)
  const root = document.contents
  if (root === null || (isScalar(root) && root.value === null)) return ok(new Map())
  if (!isMap(root)) return err('line 1: keys with values are expected, such as “worker_id: my-worker”.')

  const found = new Map<string, FileValue>()
  const wrong = walk(root, [])
  return wrong === undefined ? ok(found) : err(wrong)

  function walk(map: YAMLMap, path: readonly string[]): string | undefined {
    for (const pair of map.items) {
      if (!isPair(pair) || !isScalar(pair.key)) return `line ${lineOf(map)}: a key has to be a plain text.`
      const line = lineOf(pair.key)
      const here = [...path, String(pair.key.value)]
      const wrongHere = take(pair.value, here, line)
      if (wrongHere !== undefined) return wrongHere
    }
    if (path.length === 1 && path[0] === 'backend') {
      const names = map.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []))
      if (names.length > 0) found.set('DROVER_RUNNER_BACKENDS', { value: names.join(','), line: lineOf(map) })
    }
    return undefined
  }

  function take(value: unknown, path: readonly string[], line: number): string | undefined {
    const name = path.join('.')
    const isEmpty = value === null || (isScalar(value) && value.value === null)
    if (elsewhere[name] !== undefined) return `line ${line}: ${name} can't be used. ${elsewhere[name]}`
    if (isGroup(name)) {
      if (isEmpty) {
        if (name.startsWith('backend.')) return undefined
        return name === 'backend' ? `line ${line}: backend names none. It may be docker or direct.` : undefined
      }
      return isMap(value) ? walk(value, path) : `line ${line}: ${name} has keys of its own: ${keysOf(path).join(', ')}.`
    }
    const setting = settings.find(({ key }) => key === name)
    if (setting === undefined) return unknownKey(path, line)
    if (isEmpty) return undefined
    const text = textOf(setting, value)
    if (!text.ok) return `line ${line}: ${name} ${text.error} ${setting.about}`
    found.set(setting.name, { value: text.value, line })
    return undefined
  }
}

/** @returns what the variable would say. */
function textOf(setting: Setting, value: unknown): Result<string, string> {
  switch (setting.form) {
    case 'list':
      if (!isSeq(value)) return err('has to be a list, each line of it beginning with “- ”.')
      if (!value.items.every((item) => isScalar(item) && item.value !== null)) return err('has to be a list of texts.')
      return ok(JSON.stringify(value.items.map((item) => (isScalar(item) ? String(item.value) : ''))))
    case 'variables':
      return variablesOf(value)
    case 'off':
      if (!isScalar(value) || typeof value.value !== 'boolean') return err('is true or false.')
      return ok(value.value ? '0' : '1')
    default:
      if (!isScalar(value)) return err('has to be one value.')
      return ok(value.value === true ? '1' : value.value === false ? '0' : String(value.value))
  }
}

function variablesOf(value: unknown): Result<string, string> {
  const form = 'has to be a list of “- name: NAME”, each with a “value” where it is not the runner’s own.'
  if (!isSeq(value)) return err(form)
  const written: string[] = []
  for (const item of value.items) {
    if (!isMap(item)) return err(form)
    const strange = item.items.find(({ key }) => !isScalar(key) || (key.value !== 'name' && key.value !== 'value'))
    const name = item.get('name')
    const text: unknown = item.get('value')
    if (strange !== undefined || typeof name !== 'string') return err(form)
    if (text === undefined || text === null) written.push(name)
    else if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean')
      written.push(`${name}=${text}`)
    else return err(`has a “value” of ${name} that is not one text.`)
  }
  return ok(JSON.stringify(written))
}

const keys = settings.flatMap(({ key }) => key ?? [])

function isGroup(name: string): boolean {
  return keys.some((key) => key.startsWith(`${name}.`))
}

/** What may stand beside it. */
function keysOf(path: readonly string[]): string[] {
  const before = path.length === 0 ? '' : `${path.join('.')}.`
  const next = keys.flatMap((key) => (key.startsWith(before) ? (key.slice(before.length).split('.')[0] ?? []) : []))
  return [...new Set(next)].toSorted()
}

function unknownKey(path: readonly string[], line: number): string {
  const [parent, last] = [path.slice(0, -1), path.at(-1) ?? '']
  const where = parent.length === 0 ? 'this file' : parent.join('.')
  return `line ${line}: “${last}” is not known in ${where}. Allowed: ${keysOf(parent).join(', ')}.`
}
