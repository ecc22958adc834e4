import type { Sandbox } from '../sandbox/sandbox.ts'

/**
 * A sandbox in which every process has these variables. They are given to each process as it starts, so they stand in no
 * configuration of a container; an engine keeps what a process was started with in its memory and shows it to nobody.
 */
export function withVariables(sandbox: Sandbox, variables: Readonly<Record<string, string>>): Sandbox {
  return {
    ...sandbox,
    secretNames: Object.keys(variables),
    exec: (spec) => sandbox.exec({ ...spec, env: { ...variables, ...spec.env } }),
    terminal: (spec) => sandbox.terminal({ ...spec, env: { ...variables, ...spec.env } }),
  }
}
