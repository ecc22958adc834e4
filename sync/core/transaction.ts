import type { Json } from '#shared/json.ts'

/** Reads over one space's rows, with the writes of the same transaction already in them. */
export type ReadTransaction = {
  get(key: string): Promise<Json | undefined>
  /** Rows whose key starts with `prefix`, in key order. Prefixes must name a bounded set. */
  scan(prefix: string): Promise<readonly (readonly [key: string, value: Json])[]>
}

export type WriteTransaction = ReadTransaction & {
  put(key: string, value: Json): Promise<void>
  del(key: string): Promise<void>
}

/** A row parsed on its way in: what can't be read as `schema` is taken as absent. */
export async function getRow<T>(
  tx: ReadTransaction,
  key: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): Promise<T | undefined> {
  const value = await tx.get(key)
  if (value === undefined) return undefined
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

export async function scanRows<T>(
  tx: ReadTransaction,
  prefix: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): Promise<T[]> {
  const rows: T[] = []
  for (const [, value] of await tx.scan(prefix)) {
    const parsed = schema.safeParse(value)
    if (parsed.success) rows.push(parsed.data)
  }
  return rows
}

/** A typed row written as JSON: fields that are `undefined` are left out. */
export function putRow(tx: WriteTransaction, key: string, row: object): Promise<void> {
  return tx.put(key, toJson(row))
}

export function toJson(value: object): Json {
  return withoutUndefined(value) as Json
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (value === null || typeof value !== 'object') return value
  const kept: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) if (field !== undefined) kept[key] = withoutUndefined(field)
  return kept
}
