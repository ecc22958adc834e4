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
  'model-proxy': () => import('./figures/model-proxy.ts'),
  'plan-room': () => import('./figures/plan-room.ts'),
  'plan-trace': () => import('./figures/plan-trace.ts'),
  'plan-kills': () => import('./figures/plan-kills.ts'),
  'plan-edits': () => import('./figures/plan-edits.ts'),
  'plan-offline': () => import('./figures/plan-offline.ts'),
  lighthouse: () => import('./figures/lighthouse.ts'),
  'plan-page': () => import('./figures/plan-page.ts'),
  'plan-opens': () => import('./figures/plan-opens.ts'),
  environment: () => import('./figures/environment.ts'),
  review: () => import('./figures/review.ts'),
  'plan-rewrite': () => import('./figures/plan-rewrite.ts'),
  snapshot: () => import('./figures/snapshot.ts'),
  'own-agent': () => import('./figures/own-agent.ts'),
  output: () => import('./figures/output.ts'),
  'acp-share': () => import('./figures/acp-share.ts'),
  'harness-start': () => import('./figures/harness-start.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string' },
    cycles: { type: 'string' },
  },
})
const unknown = positionals.filter((name) => !Object.hasOwn(figures, name))
if (unknown.length > 0) {
  process.stderr.write(`There is no figure ${unknown.join(', ')}. There are: ${Object.keys(figures).join(', ')}.\n`)
  process.exit(2)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const options = {
  quick: values.quick,
  seed: values.seed === undefined ? undefined : Number(values.seed),
  cycles: values.cycles === undefined ? undefined : Number(values.cycles),
  say,
}
const results: { name: string; about: string; rows: readonly Row[]; failure?: string }[] = []
let broken = false

for (const name of positionals.length > 0 ? positionals : Object.keys(figures)) {
  say(`${name} …`)
  try {
    const loaded = await figures[name]?.()
    if (loaded === undefined) continue
    const rows = await loaded.figure.run(options)
    results.push({ name, about: loaded.figure.about, rows })
    if (!values.json) process.stdout.write(`\n## ${name}: ${loaded.figure.about}\n\n${toTable(rows)}\n\n`)
  } catch (error) {
    broken = true
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
    results.push({ name, about: '', rows: [], failure })
    say(`${name} broke: ${failure}`)
  }
}
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, results }, undefined, 2)}\n`,
  )
process.exit(broken ? 1 : 0)
