/** What a turn needs of whoever asked for it, so that tests can stand in for them. */
export interface TurnClient {
  /** A `session/update`. */
  update(update: Readonly<Record<string, unknown>>): Promise<void>
  /** Asks for permission. @returns the chosen option and what was said with it; `undefined` when the question was withdrawn. */
  ask(request: Readonly<Record<string, unknown>>): Promise<{ optionId: string; message?: string } | undefined>
  /** Asks how to go on. @returns `undefined` when nobody chose. */
  choose(
    question: string,
    choices: readonly { readonly value: string; readonly title: string }[],
  ): Promise<string | undefined>
}
