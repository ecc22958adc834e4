import type { RunErrorCode, RunReason } from '#shared/domain/run.ts'

/** Why a run failed and what to do, by its code. Beside most of them stands a button that tries again. */
const sentences: Record<RunErrorCode, { readonly what: string; readonly todo: string }> = {
  invalid_request: {
    what: 'The request could not be read.',
    todo: 'Change the settings of the run and start it again.',
  },
  no_runner: { what: 'No machine can run this.', todo: 'Connect a machine, or choose another host.' },
  runner_lost: { what: 'The machine lost its connection.', todo: 'Try again to go on.' },
  runner_restarted: { what: 'The runner was started again.', todo: 'Try again to go on.' },
  harness_missing: {
    what: 'The agent is not installed on the machine.',
    todo: 'Install the agent on the machine, or choose another.',
  },
  harness_died: { what: 'The agent stopped by itself.', todo: 'Try again to go on.' },
  harness_hung: { what: 'The agent did not answer.', todo: 'Try again.' },
  harness_protocol: {
    what: 'The agent said something Drover does not understand.',
    todo: 'Look at its output, then try again.',
  },
  harness_refused: { what: 'The agent refused the request.', todo: 'Change it and try again.' },
  sandbox_failed: { what: 'The sandbox could not be started.', todo: 'Look at the reason, then try again.' },
  sandbox_out_of_memory: {
    what: 'The sandbox ran out of memory.',
    todo: 'Give the sandbox more memory, or ask for less at once.',
  },
  environment_setup_failed: { what: 'A set-up step failed.', todo: 'Mend the set-up commands, then try again.' },
  step_failed: { what: 'A step failed.', todo: 'Look at the failed step, then try again.' },
  authentication_required: {
    what: 'The agent is not signed in on the machine.',
    todo: 'Sign the agent in there, then try again.',
  },
  model_limit: { what: 'The model’s limit is reached.', todo: 'Wait for the limit to reset, then try again.' },
  budget_exceeded: {
    what: 'The budget is spent.',
    todo: 'Send a message to go on once there is more: the run asks, and an admin can raise what a month may cost.',
  },
  journal_full: { what: 'The machine’s disk is full.', todo: 'Free space on the machine, then try again.' },
  internal_error: { what: 'Drover itself failed.', todo: 'Try again. If it goes on, look at the server’s log.' },
}

/** What happened: the facts that were told, or what the code says. */
export function failureWhat(reason: RunReason | undefined): string {
  return reason?.text || (reason?.code === undefined ? '' : sentences[reason.code].what)
}

/** What happened, and what to do. */
export function failureWords(reason: RunReason): string {
  const parts = [failureWhat(reason), reason.code === undefined ? '' : sentences[reason.code].todo]
  return parts.filter((part) => part !== '').join(' ')
}
