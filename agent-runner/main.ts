import { pino } from 'pino'
import { systemClock } from './clock.ts'
import { checkSettings } from './check-settings.ts'
import { processEnvironment, readConfig } from './config.ts'
import { openDataFolder } from './data-folder.ts'
import { createGitGateway } from './git/gateway.ts'
import { createHarnesses } from './harnesses.ts'
import { installHarness, InstallOptions } from './install-harness.ts'
import { createModelGateway } from './models/gateway.ts'
import { watchParent } from './parent.ts'
import { createRunner } from './runner.ts'
import { createSandboxes } from './sandboxes.ts'

/** Another runner process holds the folder: for a server that starts an embedded runner, the one to adopt. */
const exitAlreadyRunning = 75
const exitBadSettings = 78

if (process.argv.includes('--check')) {
  const checked = await checkSettings(processEnvironment())
  console.log(checked.text)
  process.exit(checked.ok ? 0 : exitBadSettings)
}
const [, , asked, given = ''] = process.argv
if (asked === 'install') {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ending.abort())
  const say = (text: string): void => void process.stderr.write(text)
  const done = await installHarness(InstallOptions.parse(JSON.parse(given)), processEnvironment(), {
    say,
    signal: ending.signal,
  })
  console.log(done.text)
  process.exit(done.ok ? 0 : 1)
}
const config = readConfig(processEnvironment())
if (!config.ok) {
  console.error(config.error)
  process.exit(exitBadSettings)
}
const settings = config.value
const destination = pino.destination({ dest: 2, sync: true })
// An embedded runner outlives a killed server; the broken pipe to it is no reason to end.
destination.on('error', () => {})
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})
process.on('disconnect', () => {})
const log = pino({ level: settings.logLevel, base: { part: 'runner' } }, destination)

const folder = await openDataFolder(settings.folder, systemClock, settings.workspaces).catch((error: unknown) => {
  console.error(
    `The runner's folder ${settings.folder} can't be used: ${error instanceof Error ? error.message : String(error)}`,
  )
  process.exit(exitBadSettings)
})
if (!folder.ok) {
  console.error(folder.error)
  process.exit(exitAlreadyRunning)
}

const runner = await createRunner({
  config: settings,
  folder: folder.value,
  clock: systemClock,
  log,
  sandboxes: createSandboxes(settings, folder.value, log),
  harnesses: createHarnesses({ config: settings, toolsFolder: folder.value.tools }),
  models: createModelGateway({ hostEnv: settings.hostEnv, log }),
  git: createGitGateway({ hostEnv: settings.hostEnv, log }),
})
log.info({ folder: settings.folder, url: settings.url }, `Runner ${settings.name} is up.`)

let ending = false
async function end(): Promise<void> {
  if (ending) return
  ending = true
  parent?.close()
  await runner.close()
  process.exit(0)
}
const parent =
  settings.parentPid === undefined
    ? undefined
    : watchParent({
        pid: settings.parentPid,
        needed: () => runner.connected() || runner.activeRuns().length > 0,
        onAlone: () => void end(),
      })

/** Nothing new is taken; what is at work comes to its own end first. */
async function drain(): Promise<void> {
  const left = runner.activeRuns().length
  log.info(
    { left },
    `The runner takes nothing new and ends when ${left} ${left === 1 ? 'run has' : 'runs have'} ended.`,
  )
  await runner.drain()
  await end()
}
process.on('SIGQUIT', () => void drain())
// A closed terminal sends SIGHUP.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end())
