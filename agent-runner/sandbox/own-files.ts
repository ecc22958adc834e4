import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from './sandbox.ts'

/** Programs of ours that are executed in sandboxes. They need nothing but Node and each other. */
export const ownPrograms = fileURLToPath(new URL('../inside', import.meta.url))

export function ownFile(name: string): string {
  return join(ownPrograms, name)
}

/** The ways of whatever runs on this machine itself: its loopback, and the Node of this process. */
export const waysHere: Pick<Sandbox, 'reach' | 'ownProgram'> = {
  reach: async (port) => port,
  ownProgram: (file) => ({ command: process.execPath, args: [ownFile(file)] }),
}
