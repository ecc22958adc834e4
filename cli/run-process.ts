import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { inheritedEnvironment } from './config.ts'

/**
 * Runs one part of Drover in the foreground: its streams are ours, signals are passed on, and its exit code becomes ours.
 * Settings that are `undefined` are left as the environment has them.
 */
export async function runProcess(
  file: string,
  args: readonly string[],
  settings: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const child = spawn(process.execPath, [file, ...args], {
    stdio: 'inherit',
    env: { ...inheritedEnvironment(), ...Object.fromEntries(given) },
  })
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
  const signals = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
  for (const signal of signals) process.on(signal, passOn)
  // Ctrl+C reaches the child from the terminal by itself; here it must only not end us first.
  process.on('SIGINT', () => undefined)
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${file} could not be started`, { cause: error })))
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
