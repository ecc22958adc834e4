import { z } from 'zod'
import { Spent } from './cost.ts'

const count = z.number().int().nonnegative()
const Tokens = z.object({ inputTokens: count, outputTokens: count, cachedTokens: count })
export type Tokens = z.infer<typeof Tokens>

/**
 * Where the counters stand of which usage is read. Harnesses tell some numbers as sums over their session and some for one prompt, and begin
 * anew with a new process; what is sent on is always what was added. Goes along with each event, so that a runner which was killed counts on from what it sent.
 */
export const UsageMeter = z.object({
  /** Whose counters these are. */
  session: z.string().max(500).optional(),
  /** The last sums that were read. */
  costUsd: z.number().nonnegative(),
  sums: Tokens,
  /** The harness tells what it costs, so its tokens are not priced. */
  tellsCost: z.boolean(),
  /** Tokens of this session that were sent on before it was known that the harness tells a cost. */
  free: Tokens,
  /** What the harness told in this prompt; `free`: the part of it that is in `free` too. */
  told: Tokens.extend({ costUsd: z.number().nonnegative(), free: Tokens }),
  /** In this prompt the calls are counted where they go through. */
  gateway: z.boolean(),
})
export type UsageMeter = z.infer<typeof UsageMeter>

const none: Tokens = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
const nothingTold = { ...none, costUsd: 0, free: none }

export const emptyMeter: UsageMeter = {
  costUsd: 0,
  sums: none,
  tellsCost: false,
  free: none,
  told: nothingTold,
  gateway: false,
}

/** `tokens`: of one prompt, or all of the session so far. */
export type TokenCount = 'prompt' | 'session'

export type HarnessReading = {
  readonly session: string | undefined
  readonly model?: string | undefined
  /** Sum over the session, as ACP has it. */
  readonly costUsd?: number | undefined
  readonly tokens?: Partial<Tokens> | undefined
  readonly counts?: TokenCount
}

export type GatewayReading = { readonly model: string } & Partial<Tokens>

export type Metered = { readonly meter: UsageMeter; readonly spent: readonly Spent[] }

/** The next prompt begins. */
export function startPrompt(meter: UsageMeter): UsageMeter {
  return { ...meter, told: nothingTold, gateway: false }
}

/** What a harness's numbers add to what it told before. */
export function readHarness(known: UsageMeter, reading: HarnessReading): Metered {
  const isNew = reading.session !== known.session
  const before = isNew ? { ...emptyMeter, told: known.told, gateway: known.gateway } : known
  const tellsCost = before.tellsCost || reading.costUsd !== undefined
  const addedUsd = reading.costUsd === undefined ? 0 : grown(before.costUsd, reading.costUsd)
  const read = { ...none, ...reading.tokens }
  const isSum = reading.counts === 'session' && reading.tokens !== undefined
  const added = isSum ? mapTokens((key) => grown(before.sums[key], read[key])) : read
  const meter: UsageMeter = {
    ...before,
    session: reading.session,
    costUsd: reading.costUsd ?? before.costUsd,
    sums: isSum ? read : before.sums,
    tellsCost,
  }
  // The same calls were counted where they went through.
  if (before.gateway) return { meter, spent: [] }

  // Tokens that were priced, of which the harness tells the price only now.
  const repriced = tellsCost && !before.tellsCost ? before.free : none
  const model = reading.model === undefined ? {} : { model: reading.model }
  const tokens = mapTokens((key) => added[key] + repriced[key])
  const spent: Spent[] = []
  if (any(repriced)) spent.push({ source: 'harness', ...model, ...some(negative(repriced)) })
  if (any(tokens) || addedUsd !== 0)
    spent.push({ source: 'harness', ...model, ...some(tokens), ...(tellsCost ? { costUsd: addedUsd } : {}) })
  const told = before.told
  return {
    meter: {
      ...meter,
      free: tellsCost ? none : mapTokens((key) => before.free[key] + added[key]),
      told: {
        ...mapTokens((key) => told[key] + added[key]),
        costUsd: told.costUsd + addedUsd,
        free: tellsCost ? none : mapTokens((key) => told.free[key] + added[key]),
      },
    },
    spent,
  }
}

/** A call that went through. The first one of a prompt takes back what the harness told of that prompt. */
export function readGateway(known: UsageMeter, { model, ...tokens }: GatewayReading, harnessModel?: string): Metered {
  const spent: Spent[] = []
  const { told } = known
  if (!known.gateway) {
    const whose = harnessModel === undefined ? {} : { model: harnessModel }
    const costly = mapTokens((key) => told[key] - told.free[key])
    if (any(told.free)) spent.push({ source: 'harness', ...whose, ...some(negative(told.free)) })
    if (any(costly) || told.costUsd !== 0)
      spent.push({ source: 'harness', ...whose, ...some(negative(costly)), costUsd: -told.costUsd })
  }
  if (any({ ...none, ...tokens })) spent.push({ source: 'gateway', model, ...tokens })
  return {
    meter: {
      ...known,
      gateway: true,
      told: nothingTold,
      free: known.gateway ? known.free : mapTokens((key) => known.free[key] - told.free[key]),
    },
    spent,
  }
}

/** A counter that is lower than before has begun anew. */
function grown(before: number, now: number): number {
  return now >= before ? now - before : now
}

function mapTokens(of: (key: keyof Tokens) => number): Tokens {
  return { inputTokens: of('inputTokens'), outputTokens: of('outputTokens'), cachedTokens: of('cachedTokens') }
}

const negative = (tokens: Tokens): Tokens => mapTokens((key) => (tokens[key] === 0 ? 0 : -tokens[key]))
const any = (tokens: Tokens): boolean =>
  tokens.inputTokens !== 0 || tokens.outputTokens !== 0 || tokens.cachedTokens !== 0

/** Only what is not nought. */
function some(tokens: Tokens): Partial<Tokens> {
  return {
    ...(tokens.inputTokens === 0 ? {} : { inputTokens: tokens.inputTokens }),
    ...(tokens.outputTokens === 0 ? {} : { outputTokens: tokens.outputTokens }),
    ...(tokens.cachedTokens === 0 ? {} : { cachedTokens: tokens.cachedTokens }),
  }
}
