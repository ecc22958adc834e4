import pg from 'pg'
import { assert } from '#shared/assert.ts'

const INT8 = 20
const INT8_ARRAY = 1016

/** How PostgreSQL's values become ours. As node-postgres does it, but `int8` (times in ms, versions, counts) is a number. */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 && format !== 'binary') return parseInt8
    if (oid === INT8_ARRAY && format !== 'binary') return parseInt8Array
    return pg.types.getTypeParser(oid, format)
  },
}

function parseInt8(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), `int8 value ${text} doesn't fit a number`)
  return value
}

function parseInt8Array(text: string): (number | null)[] {
  const inner = text.slice(1, -1)
  return inner === '' ? [] : inner.split(',').map((item) => (item === 'NULL' ? null : parseInt8(item)))
}
