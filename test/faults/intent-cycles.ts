import { HarnessId } from '#shared/domain/harness.ts'
import { RefusedMutation } from '#shared/domain/notice.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { IntentRef } from '#shared/protocol/sync.ts'
import { createMemoryIntentStore, type Intent, type IntentStore } from '#sync/client/intents.ts'
import { sendWaiting } from '#sync/client/send-waiting.ts'
import { RefusedError, type Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork, type Cut, type DeviceNetwork } from '../device-network.ts'
import type { Seeded } from '../seed.ts'
import { newId, openWorld, until, type Person } from '../world.ts'

export type IntentCycle = {
  /** What was done to the devices, in order. */
  readonly steps: readonly string[]
  readonly intents: number
  readonly refused: number
  /** Intents that have neither an effect nor a refusal, or no end at all. */
  readonly lost: readonly string[]
  /** Those with two effects, two refusals, or one of each. */
  readonly doubled: readonly string[]
  /** Devices that show something else than the server has. */
  readonly stale: readonly string[]
}

export type IntentScene = {
  cycle(random: Seeded): Promise<IntentCycle>
  close(): Promise<void>
}

/** What a person pressed, and what this device has told of it since. */
type Pressed = { readonly intent: Intent; outcome: Intent['outcome']; told: 'waits' | 'kept' | 'refused' | 'unsure' }

type Device = {
  readonly name: string
  readonly person: Person
  readonly store: IntentStore
  readonly network: DeviceNetwork & { storm(random: Seeded | undefined): Promise<void> }
  readonly pressed: Map<string, Pressed>
  page: Workspace | undefined
  cut: Cut
  tab: string
  storePrefix: string
  clockMs: number
}

const hourMs = 60 * 60_000
const settledMs = 60_000

/**
 * Three devices of two people against one server. Each cycle they act at random while their requests are dropped, repeated and
 * overtaken, their apps killed with or without what Replicache had written, their clocks set, and the server is started again; then
 * all is well, and each intent is looked for: by its effect in the log of every row that was ever written, and by its refusal.
 */
export async function openIntentScene(): Promise<IntentScene> {
  const world = await openWorld()
  const mara = await world.owner()
  const jonas = await world.invite(mara, 'member')
  // Independent of the receipts that are on trial: what every row became, one line for each time.
  await world.database.query(
    'create table became (n bigint generated always as identity primary key, key text not null, value text)',
  )
  await world.database.query(
    `create function note_entry() returns trigger language plpgsql as $$
     begin
       insert into became (key, value) values (new.key, case when new.deleted_at is null then new.value::text end);
       return null;
     end $$`,
  )
  await world.database.query(
    'create trigger note_entry after insert or update on entry for each row execute function note_entry()',
  )
  const devices = [openDevice('laptop', mara), openDevice('phone', mara), openDevice('tablet', jonas)]
  const runs: RunId[] = []
  const prompts: { runId: RunId; promptId: PromptId }[] = []
  let tokens = 0
  for (const device of devices) await openPage(device)

  function openDevice(name: string, person: Person): Device {
    const pressed = new Map<string, Pressed>()
    return {
      name,
      person,
      pressed,
      store: recording(createMemoryIntentStore(), pressed),
      network: stormy(openDeviceNetwork()),
      page: undefined,
      cut: 'no',
      tab: '',
      storePrefix: newId(),
      clockMs: 0,
    }
  }

  async function openPage(device: Device): Promise<Workspace> {
    if (device.page !== undefined) return device.page
    device.tab = newId()
    const page = device.person.open({
      intents: device.store,
      network: device.network,
      storePrefix: device.storePrefix,
      tabId: device.tab,
      isTabAlive: (tab) => tab === device.tab,
      now: () => Date.now() + device.clockMs,
    })
    device.page = page
    // A device that has nothing knows no role, and can do nothing yet; most have something.
    if (device.cut === 'no') await hasTeam(page, 5_000).catch(() => undefined)
    return page
  }

  function cut(device: Device, where: Cut): void {
    device.cut = where
    device.network.cut(where)
  }

  async function kill(device: Device): Promise<void> {
    const page = device.page
    device.page = undefined
    await page?.close()
  }

  const token = (): string => `token ${++tokens}`
  const one = <T>(random: Seeded, all: readonly T[]): T | undefined => all[random.below(all.length)]

  async function press(random: Seeded, device: Device): Promise<string> {
    const { mutate } = await openPage(device)
    // All are at the same few, so that what comes late meets what others did in between.
    const runId = one(random, runs.slice(-2))
    const prompt = one(random, prompts.slice(-2))
    const dice = random.below(10)
    if (runId === undefined || (dice === 0 && random.below(3) === 0)) {
      const made = RunId.parse(newId())
      runs.push(made)
      return attempt(device, 'start', () =>
        mutate.createRun({
          runId: made,
          promptId: PromptId.parse(newId()),
          prompt: token(),
          config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
        }),
      )
    }
    if (prompt === undefined || dice < 2) {
      const promptId = PromptId.parse(newId())
      prompts.push({ runId, promptId })
      const deliveryId = DeliveryId.parse(newId())
      return attempt(device, 'message', () =>
        mutate.sendPrompt({ runId, promptId, deliveryId, text: token(), mode: 'queue' }),
      )
    }
    if (dice < 6) return attempt(device, 'rename', () => mutate.renameRun({ runId, title: token() }))
    if (dice < 9) return attempt(device, 'edit', () => mutate.editPrompt({ ...prompt, text: token() }))
    if (random.below(3) > 0) return attempt(device, 'remove', () => mutate.removePrompt(prompt))
    return attempt(device, 'stop', () => mutate.stopRun({ runId, deliveryId: DeliveryId.parse(newId()) }))
  }

  /** A press that this device refuses at once leaves nothing; one that its death interrupts may or may not have been kept. */
  async function attempt(device: Device, what: string, act: () => Promise<void>): Promise<string> {
    const before = new Set(device.pressed.keys())
    const told = await act().then(
      () => 'kept' as const,
      (error: unknown) => (error instanceof RefusedError ? ('refused' as const) : ('unsure' as const)),
    )
    for (const [id, known] of device.pressed) if (!before.has(id)) known.told = told
    return `${device.name}: ${what}${told === 'kept' ? '' : ` (${told})`}`
  }

  async function step(random: Seeded): Promise<string> {
    const device = one(random, devices)
    if (device === undefined) throw new Error('no device')
    const dice = random.below(100)
    if (dice < 50) return press(random, device)
    if (dice < 60) {
      const where = one(random, ['before', 'after', 'no'] as const) ?? 'no'
      cut(device, where)
      return `${device.name}: network ${where}`
    }
    if (dice < 78) {
      await kill(device)
      const isEvicted = random.below(3) === 0
      if (isEvicted) device.storePrefix = newId()
      return `${device.name}: killed${isEvicted ? ', Replicache’s store gone' : ''}`
    }
    if (dice < 88) {
      device.clockMs = (random.below(53) - 26) * hourMs
      return `${device.name}: clock ${device.clockMs / hourMs} h`
    }
    if (dice < 97) {
      const outcome = await sendWaiting({
        ...device.person,
        baseUrl: world.url,
        fetch: device.network.fetch(device.person.fetch),
        store: device.store,
        isPageOpen: async () => device.page !== undefined,
        now: () => Date.now() + device.clockMs,
      })
      return `${device.name}: worker ${outcome}`
    }
    await world.restart()
    return 'server started again'
  }

  return {
    async cycle(random) {
      const steps: string[] = []
      const before = new Map(devices.map((device) => [device, new Set(device.pressed.keys())]))
      for (const device of devices) void device.network.storm(random)
      const count = 6 + random.below(15)
      for (let n = 0; n < count; n++) steps.push(await step(random))
      await Promise.all(devices.map((device) => device.network.storm(undefined)))
      const problems = await settle(devices)
      const fresh = devices.flatMap((device) =>
        [...device.pressed.values()].filter(({ intent }) => before.get(device)?.has(intent.id) === false),
      )
      const judged = await judge(fresh)
      return {
        steps,
        intents: fresh.length,
        refused: fresh.filter(({ outcome, told }) => told === 'refused' || outcome?.refusal !== undefined).length,
        lost: [...problems, ...judged.lost],
        doubled: judged.doubled,
        stale: await staleOf(),
      }
    },
    close: () => world.close(),
  }

  /** Everything works again: what waited reaches its end on each device. */
  async function settle(all: readonly Device[]): Promise<string[]> {
    const problems: string[] = []
    for (const device of all) {
      cut(device, 'no')
      const page = await openPage(device)
      await page.refresh()
    }
    for (const device of all) {
      const unsettled = async (): Promise<number> =>
        (await device.store.all()).filter(({ outcome }) => outcome === undefined).length
      const ended = await until<number>(
        (on) => {
          const look = (): void => void unsettled().then(on)
          look()
          return device.store.subscribe(look)
        },
        (left) => left === 0,
        settledMs,
      ).catch(() => undefined)
      if (ended === undefined) problems.push(`${device.name}: ${await unsettled()} intents have no end`)
    }
    return problems
  }

  async function judge(fresh: readonly Pressed[]): Promise<{ lost: string[]; doubled: string[] }> {
    const rows = await world.database.query<{ key: string; value: string | null }>(
      'select key, value from became order by n',
    )
    const refusals = new Map<string, number>()
    for (const { key, value } of rows) {
      if (!key.startsWith('refused/') || value === null) continue
      const intentId = IntentRef.safeParse(JSON.parse(RefusedMutation.parse(JSON.parse(value)).args)).data?.intentId
      if (intentId !== undefined) refusals.set(intentId, (refusals.get(intentId) ?? 0) + 1)
    }
    const lost: string[] = []
    const doubled: string[] = []
    for (const { intent, outcome, told } of fresh) {
      if (intent.name === 'stopRun' || intent.name === 'removePrompt') continue
      const effects = effectsOf(intent, rows)
      const refused = refusals.get(intent.id) ?? 0
      const words = `${intent.name} ${JSON.stringify(intent.args)}: ${effects} effects, ${refused} refusals, told ${told}, outcome ${JSON.stringify(outcome)}`
      if (effects + refused > 1) doubled.push(words)
      if (told === 'refused' && effects + refused > 0) doubled.push(words)
      if (told === 'kept' && effects + refused === 0) lost.push(words)
      // What the device tells is what happened.
      if (told === 'kept' && (outcome?.refusal !== undefined) !== refused > 0) lost.push(words)
    }
    // A stop or a removal leaves no name of its own in the row: each one that was taken moved it once.
    const cancelled = (value: Record<string, unknown> | undefined): boolean => value?.['state'] === 'CANCELLED'
    for (const runId of runs) judgeMoves(`run/${runId}`, 'stopRun', { runId }, cancelled)
    for (const prompt of prompts)
      judgeMoves(`prompt/${prompt.runId}/${prompt.promptId}`, 'removePrompt', prompt, (value) => value === undefined)
    return { lost, doubled }

    function judgeMoves(
      key: string,
      name: string,
      about: Readonly<Record<string, string>>,
      is: (value: Record<string, unknown> | undefined) => boolean,
    ): void {
      const asked = devices
        .flatMap((device) => [...device.pressed.values()])
        .filter(({ intent, told }) => intent.name === name && told !== 'refused')
        .filter(({ intent }) => Object.entries(about).every(([field, id]) => Object(intent.args)[field] === id))
      const taken = asked.filter(({ outcome, told }) => told === 'kept' && outcome?.refusal === undefined).length
      const moves = times(rows, key, is)
      const words = `${key}: moved ${moves} times by ${taken} to ${asked.length} of ${name}`
      if (moves < taken) lost.push(words)
      if (moves > asked.length) doubled.push(words)
    }
  }

  async function staleOf(): Promise<string[]> {
    const truth = mara.open()
    try {
      await hasTeam(truth)
      const stale: string[] = []
      for (const { name, page } of devices) {
        if (page === undefined) continue
        const both = (on: (shown: readonly string[]) => void): (() => void) => {
          const look = (): void => void Promise.all([rowsOf(page), rowsOf(truth)]).then(on)
          const stops = [page, truth].map((device) => device.subscribe((tx) => tx.get(keys.cookie), look))
          return () => stops.forEach((stop) => stop())
        }
        await until(both, ([shown, wanted]) => shown === wanted, 20_000).catch((error: unknown) =>
          stale.push(`${name}: ${String(error)}`),
        )
      }
      return stale
    } finally {
      await truth.close()
    }
  }

  async function rowsOf(device: Workspace): Promise<string> {
    return JSON.stringify(
      await device.query(async (tx) => [await scanRows(tx, keys.runs, Run), await scanRows(tx, keys.prompts, Prompt)]),
    )
  }
}

function hasTeam(page: Workspace, ms?: number): Promise<unknown> {
  return until(
    (on: (row: unknown) => void) => page.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
    ms,
  )
}

/** How often what the intent asks for came to be: each has a text, a name or a row of its own. */
function effectsOf(intent: Intent, rows: readonly { key: string; value: string | null }[]): number {
  const args: Record<string, unknown> = Object(intent.args)
  const runKey = `run/${String(args['runId'])}`
  const promptKey = `prompt/${String(args['runId'])}/${String(args['promptId'])}`
  switch (intent.name) {
    case 'createRun':
      return times(rows, runKey, (value) => value !== undefined)
    case 'renameRun':
      return times(rows, runKey, (value) => value?.['title'] === args['title'])
    case 'sendPrompt':
    case 'editPrompt':
      return times(rows, promptKey, (value) => value?.['text'] === args['text'])
    default:
      return 0
  }
}

/** How often the row came to be as `is` says, from having been otherwise. */
function times(
  rows: readonly { key: string; value: string | null }[],
  key: string,
  is: (value: Record<string, unknown> | undefined) => boolean,
): number {
  let count = 0
  let was = false
  for (const row of rows) {
    if (row.key !== key) continue
    const now = is(row.value === null ? undefined : Object(JSON.parse(row.value)))
    if (now && !was) count++
    was = now
  }
  return count
}

function recording(inner: IntentStore, pressed: Map<string, Pressed>): IntentStore {
  return {
    ...inner,
    async add(given) {
      const intent = await inner.add(given)
      pressed.set(intent.id, { intent, outcome: undefined, told: 'waits' })
      return intent
    },
    update: (id, change) =>
      inner.update(id, (intent) => {
        const changed = change(intent)
        const known = pressed.get(id)
        if (known !== undefined && changed?.outcome !== undefined) known.outcome = changed.outcome
        return changed
      }),
  }
}

/** Requests that are dropped, sent twice, or sent once more after others have been. */
function stormy(network: DeviceNetwork): DeviceNetwork & { storm(random: Seeded | undefined): Promise<void> } {
  let dice: Seeded | undefined
  const late = new Set<() => Promise<unknown>>()
  return {
    ...network,
    async storm(random) {
      dice = random
      if (random !== undefined) return
      // What was on its way all the time arrives at last.
      const all = [...late]
      late.clear()
      for (const send of all) await send().catch(() => undefined)
    },
    fetch: (real) => {
      const through = network.fetch(real)
      return async (input, init) => {
        const isPush = String(input instanceof Request ? input.url : input).includes('/api/sync/push')
        if (dice === undefined || !isPush) return through(input, init)
        switch (dice.below(6)) {
          case 0:
            throw new TypeError('dropped')
          case 1:
            await through(input, init)
            throw new TypeError('the answer was dropped')
          case 2:
            await through(input, init)
            return through(input, init)
          case 3:
            late.add(() => real(input, init))
            return through(input, init)
          case 4:
            late.add(() => real(input, init))
            throw new TypeError('overtaken')
          default:
            return through(input, init)
        }
      }
    },
  }
}
