import type { CommandVariable, ParseRefusal, PartFlow, PartOperator } from './command-types.ts'

export const parseLimits = { bytes: 64 * 1024, parts: 200, levels: 20 }

/** Ends the reading of a text; becomes a refusal. */
export class ParseStop extends Error {
  readonly why: ParseRefusal
  constructor(why: ParseRefusal, message: string) {
    super(message)
    this.why = why
  }
}

/** Where in the text a node stands, and what holds for everything below it. */
export interface Place {
  readonly source: string
  readonly level: number
  readonly shell: number
  readonly operator: PartOperator
  readonly flow: PartFlow
  readonly chain: number
  readonly nested: boolean
  readonly piped: boolean
  readonly wrappers: readonly string[]
  readonly variables: readonly CommandVariable[]
}

/** Where the outermost text begins. */
export function outermost(source: string): Place {
  return {
    source,
    level: 0,
    shell: 0,
    operator: '',
    flow: 'always',
    chain: 0,
    nested: false,
    piped: false,
    wrappers: [],
    variables: [],
  }
}

export function deeper(place: Place, change: Partial<Place>): Place {
  if (place.level >= parseLimits.levels) throw new ParseStop('too-deep', 'The command is nested too deeply.')
  return { ...place, ...change, level: place.level + 1 }
}

export function branch(place: Place): Place {
  return deeper(place, { nested: true, flow: 'maybe' })
}
