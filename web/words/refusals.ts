import type { RefusalCode } from '#shared/refusal.ts'

/** What happened, and what to do. `detail` (facts from the server, in English) follows where it says more. */
const sentences: Record<RefusalCode, { readonly what: string; readonly todo?: string }> = {
  not_allowed: { what: 'Your role does not allow this.', todo: 'Ask an admin of the team.' },
  not_found: { what: 'It is no longer there.' },
  invalid: { what: 'The server could not read it.', todo: 'Change it and try again.' },
  too_large: { what: 'It is too large.', todo: 'Shorten it and try again.' },
  too_many: { what: 'There are too many already.', todo: 'Wait until some are done.' },
  already_answered: { what: 'Somebody answered first.' },
  stale: { what: 'It changed in the meantime.', todo: 'Look at it as it is now.' },
  expired: { what: 'It has expired.' },
  run_ended: { what: 'The run had ended.' },
  run_busy: { what: 'The run was busy.', todo: 'Try again.' },
  no_runner: { what: 'No machine can run this.', todo: 'Connect a machine, or choose another host.' },
  conflict: { what: 'It does not fit what happened in the meantime.' },
  unknown_mutation: { what: 'The server does not know this change.', todo: 'Reload Drover, then try again.' },
  protocol_too_old: { what: 'This Drover is too old for the server.', todo: 'Reload it.' },
  rate_limited: { what: 'Too many at once.', todo: 'Try again in a minute.' },
  internal: { what: 'The server failed.', todo: 'Try again. If it goes on, look at the server’s log.' },
}

/** Sentences for a refusal: what happened, the facts, what to do. */
export function refusalWords(code: string, detail?: string): string {
  const known = isCode(code) ? sentences[code] : sentences.internal
  const facts = detail === undefined || detail === '' || detail === code ? undefined : sentence(detail)
  return [known.what, code === 'already_answered' ? undefined : facts, known.todo]
    .filter((part) => part !== undefined)
    .join(' ')
}

function isCode(code: string): code is RefusalCode {
  return code in sentences
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`
}

/** When a request got no answer, or none that can be read. */
export const requestWords = {
  offline: 'Drover’s server can’t be reached. Nothing was changed. Check the connection, then try again.',
  noAnswer: 'Drover’s server can’t be reached. Nothing is lost here: send it again once it can.',
  unreadable: 'The server’s answer could not be read. Reload Drover, then try again.',
} as const
