/**
 * `npm run bench [name …] [--json] [--quick] [--seed N] [--cycles N]`: the figures that the project promises, each beside
 * a limit or a peer that is measured in the same run. Exits with 0 whether targets are met or not; with 1 when a bench broke.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure, Row } from './lib/figure.ts'
import { toTable } from './lib/table.ts'

const figures: Readonly<Record<string, () => Promise<{ figure: Figure }>>> = {
  events: () => import('./figures/events.ts'),
  mutation: () => import('./figures/mutation.ts'),
  windows: () => import('./figures/windows.ts'),
  pull: () => import('./figures/pull.ts'),
  push: () => import('./figures/push.ts'),
  start: () => import('./figures/start.ts'),
  'first-line': () => import('./figures/first-line.ts'),
  kill: () => import('./figures/kill.ts'),
  device: () => import('./figures/device.ts'),
  transcript: () => import('./figures/transcript.ts'),
  stay: () => import('./figures/stay.ts'),
  intents: () => import('./figures/intents.ts'),
  'plan-offline': () => import('./figures/plan-offline.ts'),
