import { z } from 'zod'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** One way to spoil a message: a field that is missing or of another kind. */
export type Spoiled = { readonly what: string; readonly value: unknown }

/**
 * Every way to leave out or to falsify one field of `sample` that its schema asks for, at any depth, read from the schema itself.
 * A field that may be absent is only falsified.
 */
export function spoil(schema: z.ZodType, sample: unknown): Spoiled[] {
  const root = toJsonSchema(schema)
  const spoiled: Spoiled[] = []
  walk(root, sample, [])
  return spoiled

  function walk(shape: JsonSchema, value: unknown, path: readonly (string | number)[]): void {
    if (Array.isArray(value)) {
      const items = shape.items
      const [first] = value
      if (items !== undefined && typeof items === 'object' && !Array.isArray(items) && value.length > 0)
        walk(items, first, [...path, 0])
      return
    }
    if (typeof value !== 'object' || value === null) return
    const branch = branchOf(shape, value)
    for (const [name, field] of Object.entries(branch.properties ?? {})) {
      if (typeof field !== 'object') continue
      const place = [...path, name]
      const given: unknown = Reflect.get(value, name)
      if (branch.required?.includes(name) === true)
        spoiled.push({ what: `without ${place.join('.')}`, value: changed(sample, place, undefined) })
      if (given === undefined || accepts(field)) continue
      spoiled.push({
        what: `with a wrong ${place.join('.')}`,
        value: changed(sample, place, field.type === 'boolean' ? 'yes' : true),
      })
      walk(field, given, place)
    }
  }
}

/** The names of all fields that the schema has for `sample`, for tests that a sample shows each of them. */
export function fieldsOf(schema: z.ZodType, sample: object): string[] {
  return Object.keys(branchOf(toJsonSchema(schema), sample).properties ?? {})
}

/** The sample with a key that no version knows in every object that is ours: not in a table by id, and not in what belongs to others. */
export function withUnknownKeys(schema: z.ZodType, sample: unknown): unknown {
  return add(toJsonSchema(schema), sample)

  function add(shape: JsonSchema, value: unknown): unknown {
    if (Array.isArray(value)) {
      const { items } = shape
      return typeof items === 'object' && !Array.isArray(items) ? value.map((one) => add(items, one)) : value
    }
    if (typeof value !== 'object' || value === null) return value
    const { properties } = branchOf(shape, value)
    if (properties === undefined) return value
    const fields = Object.entries(value).map(([key, one]) => {
      const field = properties[key]
      return [key, typeof field === 'object' ? add(field, one) : one]
    })
    return { ...Object.fromEntries(fields), notYetInvented: { a: [1] } }
  }
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' })
}

/** Anything goes here: JSON of others. */
function accepts(shape: JsonSchema): boolean {
  return shape.type === undefined && shape.anyOf === undefined && shape.oneOf === undefined && shape.const === undefined
}

/** Of a union, the member that this value is one of. */
function branchOf(shape: JsonSchema, value: object): JsonSchema {
  const members = (shape.oneOf ?? shape.anyOf ?? []).filter((one) => typeof one === 'object')
  if (members.length === 0) return shape
  const found = members.find(
    (one) =>
      one.properties !== undefined &&
      Object.entries(one.properties).every(
        ([name, field]) =>
          typeof field !== 'object' || field.const === undefined || Reflect.get(value, name) === field.const,
      ),
  )
  return found === undefined ? shape : branchOf(found, value)
}

function changed(value: unknown, [first, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (first === undefined) return to
  if (Array.isArray(value)) return value.map((one, index) => (index === first ? changed(one, rest, to) : one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      if (key !== first) return [[key, one]]
      const next = changed(one, rest, to)
      return next === undefined ? [] : [[key, next]]
    }),
  )
}
