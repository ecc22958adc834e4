import { z } from 'zod'
import type { UserId } from '../ids.ts'
import { asciiSlug } from './ascii-slug.ts'

/** How git names somebody. */
export const GitPerson = z.object({ name: z.string().min(1).max(100), email: z.string().min(1).max(200) })
export type GitPerson = z.infer<typeof GitPerson>

/** Row `own-git/<userId>/identity`: what the commits of a person carry. */
export const GitIdentity = z.object({
  /** Absent: that of the account. */
  name: z.string().min(1).max(100).optional(),
  /** Absent: an address at which nobody can be reached. */
  email: z.string().min(1).max(200).optional(),
})
export type GitIdentity = z.infer<typeof GitIdentity>

/** Whoever has no address that others may know. The domain belongs to nobody (RFC 2606). */
const noAddress = 'agent@drover.invalid'

/** Git takes neither line ends nor `<` and `>` in a name or an address. */
export function gitPerson({ name, email }: { name: string; email?: string | undefined }): GitPerson {
  return {
    name: plain(name).slice(0, 100) || 'Drover',
    email:
      plain(email ?? '')
        .replaceAll(' ', '')
        .slice(0, 200) || noAddress,
  }
}

/** A member of a team, as the commits name them that they make or that an agent makes for them. */
export function memberInGit(
  { userId, name }: { userId: UserId; name: string },
  identity: GitIdentity | undefined,
): GitPerson {
  return gitPerson({ name: identity?.name ?? name, email: identity?.email ?? noReplyOf({ userId, name }) })
}

/**
 * As hosts hide an address: it says who it is, and no mail gets anywhere. It does not change with the name that is chosen for commits, so that all of
 * a person's commits have one.
 */
export function noReplyOf({ userId, name }: { userId: UserId; name: string }): string {
  const id = userId.replaceAll(/[^A-Za-z0-9]/g, '').slice(-12)
  return `${[id, asciiSlug(name)].filter((part) => part !== '').join('+')}@users.noreply.drover.invalid`
}

/** What git and its hosts take as an address. */
export function isGitAddress(text: string): boolean {
  return (
    text.length <= 200 && /^[^\s<>@,;:\\"()[\]\u0000-\u001f\u007f]+@[^\s<>@,;:\\"()[\]\u0000-\u001f\u007f]+$/.test(text)
  )
}

/** A name that stands in a commit as it was written. */
export function isGitName(text: string): boolean {
  return text.length <= 100 && text.trim() !== '' && plain(text) === text
}

function plain(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f<>]+/g, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}
