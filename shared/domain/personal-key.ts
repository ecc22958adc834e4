import { z } from 'zod'

/** What a key of a person begins with; agent keys of runners begin with `drv_`. */
export const personalKeyPrefix = 'drp_'
/** Keys of one person. */
export const personalKeysLimit = 50
/** The longest that one can be set to hold; it can also be set to have no end. */
export const personalKeyDaysLimit = 366

export function isPersonalKey(text: string): boolean {
  return /^drp_[A-Za-z0-9_-]{43}$/.test(text)
}

/** As a person sees their keys. Times are ms since epoch. */
export const PersonalKey = z.object({
  id: z.string(),
  name: z.string(),
  /** Its first characters. */
  start: z.string(),
  /** The team that it acts in. */
  team: z.string(),
  createdAt: z.number(),
  /** Absent: it has no end. */
  expiresAt: z.number().optional(),
  /** May be a minute behind. */
  lastUsedAt: z.number().optional(),
})
export type PersonalKey = z.infer<typeof PersonalKey>

/** With the key itself, which is shown once and kept only as a hash. */
export const NewPersonalKey = PersonalKey.extend({ key: z.string() })
export type NewPersonalKey = z.infer<typeof NewPersonalKey>
