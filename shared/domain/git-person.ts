import { z } from 'zod'

/** How git names somebody. */
export const GitPerson = z.object({ name: z.string().min(1).max(100), email: z.string().min(1).max(200) })
export type GitPerson = z.infer<typeof GitPerson>

/** Whoever has no address that others may know. The domain belongs to nobody (RFC 2606). */
const noAddress = 'agent@drover.invalid'

/** Git takes neither line ends nor `<` and `>` in a name or an address. */
export function gitPerson({ name, email }: { name: string; email?: string | undefined }): GitPerson {
  const plain = (text: string): string =>
    text
      .replaceAll(/[\u0000-\u001f\u007f<>]+/g, ' ')
      .replaceAll(/ {2,}/g, ' ')
      .trim()
  return {
    name: plain(name).slice(0, 100) || 'Drover',
    email:
      plain(email ?? '')
        .replaceAll(' ', '')
        .slice(0, 200) || noAddress,
  }
}
