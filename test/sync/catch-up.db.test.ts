import { afterEach, expect, test } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { frameText } from '#server/live/upgrade.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim, inState, runOf, startRun } from '../run-script.ts'
import { openWorld, until, type World } from '../world.ts'

let world: World
afterEach(() => world.close())

const runs = (workspace: Workspace) => (on: (all: Run[]) => void) =>
  workspace.subscribe((tx) => scanRows(tx, keys.runs, Run), on)
const titled = (workspace: Workspace, runId: RunId, title: string) =>
  until(runOf(workspace, runId), (run) => run?.title === title)

test('a device that comes back keeps what did not change, and each time is sent only what it has not', async () => {
  world = await openWorld()
  const mara = await world.owner()
  const network = openDeviceNetwork()
  let told: string[] = []
  const away = mara.open({
    network: {
      fetch: (real) => {
        const through = network.fetch(real)
        return async (input, init) => {
          const answer = await through(input, init)
          told.push(await answer.clone().text())
          return answer
        }
      },
      connect(socket) {
        network.connect(socket)
        socket.on('message', (data) => told.push(frameText(data)))
      },
    },
  })
  const desk = mara.open()
  const [first] = [await startRun(desk, 'Mend the fence'), await startRun(desk, 'Count the sheep')]
  // The server has said of each why it waits: nothing more happens to them by itself.
  await until(runs(away), (all) => all.length === 2 && all.every((run) => run.reason !== undefined))

  for (const [title, before] of [
    ['Paint the gate', 'Count the sheep'],
    ['Oil the hinges', 'Paint the gate'],
  ] as const) {
    // What is under way still would be answered after the break.
    await away.refresh()
    network.cut('before')
    await desk.mutate.renameRun({ runId: first, title })
    await titled(desk, first, title)
    told = []
    network.cut('no')
    await titled(away, first, title)
    expect((await until(runs(away), () => true)).map((run) => run.title).toSorted()).toEqual(['Count the sheep', title])
    expect(told.join('\n')).toContain(title)
    expect(told.join('\n')).not.toContain(before)
  }
})

test('a run whose machine went before it took it is given to the next one', async () => {
  world = await openWorld({ environment: { DROVER_LEASE_MS: '1000' } })
  const desk = (await world.owner()).open()
  const connect = async () => {
    const runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
    await runner.next('welcome')
    return runner
  }
  const gone = await connect()
  const runId = await startRun(desk)
  await gone.next('assign', (one) => one.assignment.runId === runId)
  gone.close()
  // The quarter of a minute in which a machine may take it goes by.
  await world.database.query(`update run_job set lease_until = 0 where phase = 'assigned'`)
  const next = await connect()
  await claim(next, runId)
  expect((await inState(desk, runId, 'INPROGRESS'))?.runnerId).toBe(next.runnerId)
  next.close()
})
