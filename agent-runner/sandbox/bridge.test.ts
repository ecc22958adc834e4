import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBridge, toLoopback, type Bridge } from './bridge.ts'
import type { Exec } from './sandbox.ts'

const program = fileURLToPath(new URL('../inside/main.ts', import.meta.url))

let children: ChildProcessWithoutNullStreams[]
let troubles: string[]
let told: () => void
let bridge: Bridge
let web: Server
let webPort: number
beforeEach(async () => {
  children = []
  troubles = []
  told = () => {}
  web = createServer((request, response) => {
    if (request.url === '/hold') return void response.write('first')
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.byteLength
    })
    request.on('end', () => response.end(`got ${size}`))
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  webPort = (web.address() as AddressInfo).port
  bridge = createBridge({
    start: async () => asExec([process.execPath, program]),
    onTrouble: (sentence) => {
      troubles.push(sentence)
      told()
    },
    times: { answerMs: 60_000, againMs: 1 },
  })
})
afterEach(async () => {
  bridge.close()
  web.closeAllConnections()
  await new Promise((resolve) => web.close(resolve))
  await Promise.all(children.map(async (child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')))
})

async function asExec([command = '', ...args]: string[]): Promise<Exec> {
  const child = spawn(command, args)
  children.push(child)
  const exited = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }))
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, kill: () => child.kill() }
}
const trouble = (): Promise<void> => new Promise((resolve) => (told = resolve))
const post = async (port: number, size: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: Buffer.alloc(size) })).text()

test('what listens in the runner is reached at a port inside, many at a time', async () => {
  const port = await bridge.open(toLoopback(webPort))
  expect(port).not.toBe(webPort)
  const sizes = Array.from({ length: 40 }, (_, n) => n * 50_000)
  expect(await Promise.all(sizes.map((size) => post(port, size)))).toEqual(sizes.map((size) => `got ${size}`))
  expect(children).toHaveLength(1)
  expect(troubles).toEqual([])
})

test('when its program is ended, what was under way fails, the run is told, and the same port works again', async () => {
  const port = await bridge.open(toLoopback(webPort))
  const held = await fetch(`http://127.0.0.1:${port}/hold`)
  const broke = trouble()
  children[0]?.kill('SIGKILL')
  await expect(held.text()).rejects.toThrow()
  await broke
  expect(troubles[0]).toContain('Calls that were under way failed; it is made anew.')
  // The next door is open when the bridge is there again, and with it the first.
  await bridge.open(toLoopback(webPort))
  expect(await post(port, 10)).toBe('got 10')
  expect(children).toHaveLength(2)
})

test('a program that says what is no frame, or ends again and again, is given up with a sentence', async () => {
  bridge.close()
  bridge = createBridge({
    start: async () =>
      asExec([process.execPath, '-e', 'console.log("hello, this is no frame");setTimeout(()=>{},1e6)']),
    onTrouble: (sentence) => {
      troubles.push(sentence)
      if (sentence.includes('again and again')) told()
    },
    times: { answerMs: 60_000, againMs: 0 },
  })
  const over = trouble()
  const opened = bridge.open(toLoopback(webPort)).catch((error: unknown) => String(error))
  await over
  expect(troubles).toHaveLength(11)
  expect(troubles.at(-1)).toContain('no frame')
  expect(await opened).toContain('no way to Drover’s runner: its program inside does not stay')
  for (const child of children) child.kill('SIGKILL')
})

test('one that ends before it says anything is not started again by itself', async () => {
  bridge.close()
  bridge = createBridge({
    start: async () => asExec([process.execPath, '-e', 'console.error("no loader");process.exit(127)']),
    onTrouble: (sentence) => void troubles.push(sentence),
  })
  bridge.begin()
  for (let n = 0; n < 2; n++)
    await expect(bridge.open(toLoopback(webPort))).rejects.toThrow('does not stay (no loader)')
  expect(troubles).toEqual([])
  expect(children.length).toBeLessThanOrEqual(3)
})

test('a port inside that is taken is said, and so is a program that can’t be started', async () => {
  await expect(bridge.open(toLoopback(webPort), webPort)).rejects.toThrow(
    'no way to Drover’s runner: listen EADDRINUSE',
  )
  const none = createBridge({ start: () => Promise.reject(new Error('there is no Node')), onTrouble: () => {} })
  await expect(none.open(toLoopback(webPort))).rejects.toThrow('there is no Node')
})

test('the program inside ends when the runner lets go of it', async () => {
  const port = await bridge.open(toLoopback(webPort))
  const [child] = children
  bridge.close()
  if (child !== undefined && child.exitCode === null) await once(child, 'exit')
  const socket = connect(port, '127.0.0.1')
  const [error] = await once(socket, 'error')
  expect(String(error)).toContain('ECONNREFUSED')
})
