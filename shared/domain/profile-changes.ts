import { z } from 'zod'
import { ModelEffort } from './harness.ts'
import {
  actionKinds,
  Autonomy,
  profileLimits,
  ProfileName,
  ProfileSettings,
  TerminalAutonomy,
  type FieldChange,
  type ProfileField,
} from './profile.ts'

const lists = {
  commandAllow: ProfileSettings.shape.commandAllow.optional(),
  commandDeny: ProfileSettings.shape.commandDeny.optional(),
  mcpAllow: ProfileSettings.shape.mcpAllow.optional(),
  mcpDeny: ProfileSettings.shape.mcpDeny.optional(),
  protectedPaths: ProfileSettings.shape.protectedPaths.optional(),
}
const listFields = ['commandAllow', 'commandDeny', 'mcpAllow', 'mcpDeny', 'protectedPaths'] as const

/**
 * What somebody changed: single values that are set, and what comes to lists and goes from them, so that two people who are
 * offline lose nothing of each other's. `null` takes a value away.
 */
export const ProfileEdit = z.object({
  set: z
    .object({
      name: ProfileName.optional(),
      model: z.string().min(1).max(200).nullable().optional(),
      effort: ModelEffort.nullable().optional(),
      autonomy: z
        .object({
          reads: Autonomy.optional(),
          edits: Autonomy.optional(),
          plans: Autonomy.optional(),
          commands: Autonomy.optional(),
          mcp: Autonomy.optional(),
          web: Autonomy.optional(),
          other: Autonomy.optional(),
        })
        .optional(),
      terminalWrites: TerminalAutonomy.optional(),
      denied: z.enum(['ask', 'deny']).optional(),
      runToEnd: z.boolean().optional(),
      expiresAfterMinutes: z.number().int().min(1).max(profileLimits.expiry).nullable().optional(),
    })
    .optional(),
  add: z.object(lists).optional(),
  remove: z.object(lists).optional(),
})
export type ProfileEdit = z.infer<typeof ProfileEdit>

export function applyEdit(
  settings: ProfileSettings,
  { set = {}, add = {}, remove = {} }: ProfileEdit,
): ProfileSettings {
  const { model, effort, expiresAfterMinutes, ...rest } = settings
  const list = (field: (typeof listFields)[number]): string[] => {
    const gone = new Set(remove[field] ?? [])
    return [...new Set([...settings[field].filter((entry) => !gone.has(entry)), ...(add[field] ?? [])])]
  }
  const kept = <T>(next: T | null | undefined, before: T | undefined): T | undefined =>
    next === undefined ? before : (next ?? undefined)
  const nextModel = kept(set.model, model)
  const nextEffort = kept(set.effort, effort)
  const nextExpiry = kept(set.expiresAfterMinutes, expiresAfterMinutes)
  const before = rest.autonomy
  return {
    ...rest,
    name: set.name ?? rest.name,
    ...(nextModel === undefined ? {} : { model: nextModel }),
    ...(nextEffort === undefined ? {} : { effort: nextEffort }),
    ...(nextExpiry === undefined ? {} : { expiresAfterMinutes: nextExpiry }),
    autonomy: {
      reads: set.autonomy?.reads ?? before.reads,
      edits: set.autonomy?.edits ?? before.edits,
      plans: set.autonomy?.plans ?? before.plans,
      commands: set.autonomy?.commands ?? before.commands,
      mcp: set.autonomy?.mcp ?? before.mcp,
      web: set.autonomy?.web ?? before.web,
      other: set.autonomy?.other ?? before.other,
    },
    terminalWrites: set.terminalWrites ?? rest.terminalWrites,
    denied: set.denied ?? rest.denied,
    runToEnd: set.runToEnd ?? rest.runToEnd,
    commandAllow: list('commandAllow'),
    commandDeny: list('commandDeny'),
    mcpAllow: list('mcpAllow'),
    mcpDeny: list('mcpDeny'),
    protectedPaths: list('protectedPaths'),
  }
}

/** What turns `before` into `after`: what a form that shows all of it sends. */
export function editBetween(before: ProfileSettings, after: ProfileSettings): ProfileEdit {
  const single = <T>(one: T, other: T): T | undefined => (one === other ? undefined : other)
  const taken = <T>(one: T | undefined, other: T | undefined): T | null | undefined =>
    one === other ? undefined : (other ?? null)
  const autonomy = Object.fromEntries(
    actionKinds.flatMap((kind) =>
      before.autonomy[kind] === after.autonomy[kind] ? [] : [[kind, after.autonomy[kind]]],
    ),
  )
  const missing = (
    from: ProfileSettings,
    to: ProfileSettings,
  ): Partial<Record<(typeof listFields)[number], string[]>> =>
    Object.fromEntries(
      listFields.flatMap((field) => {
        const entries = to[field].filter((entry) => !from[field].includes(entry))
        return entries.length === 0 ? [] : [[field, entries]]
      }),
    )
  return ProfileEdit.parse({
    set: {
      name: single(before.name, after.name),
      model: taken(before.model, after.model),
      effort: taken(before.effort, after.effort),
      autonomy: Object.keys(autonomy).length === 0 ? undefined : autonomy,
      terminalWrites: single(before.terminalWrites, after.terminalWrites),
      denied: single(before.denied, after.denied),
      runToEnd: single(before.runToEnd, after.runToEnd),
      expiresAfterMinutes: taken(before.expiresAfterMinutes, after.expiresAfterMinutes),
    },
    add: missing(before, after),
    remove: missing(after, before),
  })
}

/** What is told of a change afterwards, in the order of the form. */
export function changesBetween(before: ProfileSettings, after: ProfileSettings): FieldChange[] {
  const single = (field: ProfileField, from: unknown, to: unknown): FieldChange[] =>
    from === to
      ? []
      : [{ field, ...(from === undefined ? {} : { from: cut(from) }), ...(to === undefined ? {} : { to: cut(to) }) }]
  const list = (field: (typeof listFields)[number]): FieldChange[] => {
    const added = after[field].filter((entry) => !before[field].includes(entry)).slice(0, 5)
    const removed = before[field].filter((entry) => !after[field].includes(entry)).slice(0, 5)
    if (added.length + removed.length === 0) return []
    return [{ field, ...(added.length === 0 ? {} : { added }), ...(removed.length === 0 ? {} : { removed }) }]
  }
  return [
    ...single('name', before.name, after.name),
    ...single('model', before.model, after.model),
    ...single('effort', before.effort, after.effort),
    ...actionKinds.flatMap((kind) => single(kind, before.autonomy[kind], after.autonomy[kind])),
    ...single('terminalWrites', before.terminalWrites, after.terminalWrites),
    ...list('commandAllow'),
    ...list('commandDeny'),
    ...single('denied', before.denied, after.denied),
    ...list('mcpAllow'),
    ...list('mcpDeny'),
    ...list('protectedPaths'),
    ...single('runToEnd', before.runToEnd, after.runToEnd),
    ...single('expiresAfterMinutes', before.expiresAfterMinutes, after.expiresAfterMinutes),
  ]
}

function cut(value: unknown): string {
  return String(value).slice(0, 200)
}
