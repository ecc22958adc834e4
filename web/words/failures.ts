import type { RunErrorCode, RunReason, SetUpPart } from '#shared/domain/run.ts'

interface Sentences {
  readonly what: string
  readonly todo: string
}

/** Why a run failed and what to do, by its code. Beside most of them stands a button that tries again. */
const sentences: Record<RunErrorCode, Sentences> = {
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
    todo: 'Raise the budget, then try again. A month’s budget is an admin’s to raise.',
  },
  journal_full: { what: 'The machine’s disk is full.', todo: 'Free space on the machine, then try again.' },
  internal_error: { what: 'Drover itself failed.', todo: 'Try again. If it goes on, look at the server’s log.' },
}

/** The same where a set-up did not come as far as its commands. */
const setUpSentences: Record<SetUpPart, Sentences> = {
  image: {
    what: 'The image could not be had.',
    todo: 'Name another image in the environment, or help the machine to it, then try again.',
  },
  dockerfile: { what: 'The image could not be built.', todo: 'Mend the Dockerfile, then try again.' },
  repository: {
    what: 'A repository could not be cloned.',
    todo: 'Look at its address, its branch and the token for it, then try again.',
  },
  environment: { what: 'The environment is not there any more.', todo: 'Choose another environment.' },
}

function sentencesOf({ code, part }: RunReason): Sentences | undefined {
  if (code === 'environment_setup_failed' && part !== undefined) return setUpSentences[part]
  return code === undefined ? undefined : sentences[code]
}

/** What happened: the facts that were told, or what the code says. */
export function failureWhat(reason: RunReason | undefined): string {
  return reason?.text || (reason === undefined ? undefined : sentencesOf(reason)?.what) || ''
}

/** What happened, and what to do. */
export function failureWords(reason: RunReason): string {
  const parts = [failureWhat(reason), sentencesOf(reason)?.todo ?? '']
  return parts.filter((part) => part !== '').join(' ')
}
