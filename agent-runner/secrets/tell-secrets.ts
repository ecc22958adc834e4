import type { Assignment } from '#shared/protocol/runner-link.ts'
import type { Transcript } from '../run/transcript.ts'
import type { RunSecrets } from './run-secrets.ts'

/** What people must know of a turn's secrets: which are missing, and which will be seen where they are printed. */
export function tellSecrets(
  transcript: Pick<Transcript, 'notice'>,
  { missingSecrets: missing = [] }: Pick<Assignment, 'missingSecrets'>,
  secrets: Pick<RunSecrets, 'unhidden'>,
): void {
  if (missing.length > 0)
    transcript.notice(
      'warning',
      `${missing.length === 1 ? 'A secret is' : `${missing.length} secrets are`} missing: ${missing.join(', ')}. The run goes on without.`,
    )
  const unhidden = secrets.unhidden()
  if (unhidden.length > 0)
    transcript.notice('warning', `Too short or too common to be hidden where they are printed: ${unhidden.join(', ')}.`)
}
