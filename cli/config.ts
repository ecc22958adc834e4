/**
 * The command has no settings of its own: every part reads its table (`server/config.ts`, `agent-runner/config.ts`), and
 * flags only set what the part would read from the environment.
 */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
