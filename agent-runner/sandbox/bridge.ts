import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { createFrameReader, numberIn, writeFrame, type Frame } from '../inside/frames.ts'
import { joinStreams } from '../inside/join.ts'
import { createMux, type Mux } from '../inside/mux.ts'
import { messageOf } from '../log.ts'
import { SandboxError, type Exec } from './sandbox.ts'

/** Ports of a container's loopback, whose connections end in the runner: over the streams of one process inside, without any network. */
export interface Bridge {
  /** @returns the port; it stays the same for as long as the bridge is there. @throws SandboxError */
  open(serve: (connection: Duplex) => void, port?: number): Promise<number>
  /** Starts its program before the first port is asked for. */
  begin(): void
  close(): void
}

export interface BridgeDeps {
  /** Starts `inside/main.ts`. */
  start: () => Promise<Exec>
  /** A sentence for the run, when it broke. */
  onTrouble: (sentence: string) => void
  times?: { answerMs: number; againMs: number }
}

interface Door {
  readonly serve: (connection: Duplex) => void
  /** 0 until it was opened the first time. */
  port: number
  settle: ((failure?: string) => void) | undefined
}

/** As often it is started again in the life of a container; more would be an agent that ends it again and again. */
const mostRestarts = 10
const usual = { answerMs: 15_000, againMs: 100 }
/** What the process inside has not taken yet. One that reads nothing is not waited for. */
const mostUnsent = 64 * 1024 * 1024

export function createBridge({ start, onTrouble, times = usual }: BridgeDeps): Bridge {
  const doors = new Map<number, Door>()
  let link: { exec: Exec; mux: Mux; spoke: boolean } | undefined
  let starting: Promise<void> | undefined
  let lastId = 0
  let restarts = 0
  let closed = false

  async function run(): Promise<void> {
    const exec = await start()
    let words = ''
    exec.stderr.on('data', (piece: Buffer) => {
      words = `${words}${piece.toString()}`.slice(-1000)
    })
    // Writing to it when it is gone shows in its exit.
    exec.stdin.on('error', () => {})
    const write = (frame: Buffer): boolean => {
      if (!exec.stdin.writable) return false
      if (exec.stdin.writableLength > mostUnsent) lost(exec, 'it takes nothing any more')
      return exec.stdin.write(frame)
    }
    const mux = createMux({
      write,
      onOpen: (stream, id) => {
        const door = doors.get(id)
        if (door === undefined) stream.destroy()
        else door.serve(stream)
      },
    })
    const read = createFrameReader((frame) => take(mux, frame))
    exec.stdin.on('drain', () => mux.drained())
    exec.stdout.on('data', (bytes: Buffer) => {
      if (link?.exec !== exec) return
      link.spoke = true
      try {
        read(bytes)
      } catch (error) {
        lost(exec, messageOf(error))
      }
    })
    void exec.exited.then(({ code }) =>
      lost(exec, words.trim() === '' ? `exit ${code ?? 'by a signal'}` : words.trim()),
    )
    if (closed) return void exec.stdin.destroy()
    link = { exec, mux, spoke: false }
    for (const [id, door] of doors) write(writeFrame('listen', id, door.port))
  }

  function take(mux: Mux, frame: Frame): void {
    if (frame.type === 'listening') {
      const door = doors.get(frame.id)
      const port = numberIn(frame)
      // After a restart it is the one that was told to the agent.
      if (door === undefined || port < 1 || port > 65_535 || (door.port !== 0 && door.port !== port)) return
      door.port = port
      door.settle?.()
    } else if (frame.type === 'failed') {
      const text = frame.payload.toString()
      doors.get(frame.id)?.settle?.(text)
      if (doors.get(frame.id)?.settle === undefined) onTrouble(`The container lost a way to Drover’s runner: ${text}`)
    } else mux.take(frame)
  }

  function lost(exec: Exec, why: string): void {
    if (link?.exec !== exec) return
    const { mux, spoke } = link
    link = undefined
    // Its end lets it exit, where it still lives.
    exec.stdin.destroy()
    mux.close(new Error('The way out of the container broke off.'))
    if (closed) return
    const what = 'The connection between the container and Drover’s runner broke off'
    const isOver = ++restarts > mostRestarts
    // Nobody knows a port of one that never got so far: whoever wants one is told, and the next who does tries again.
    if (isOver || (!spoke && [...doors.values()].every(({ port }) => port === 0))) {
      starting = undefined
      for (const door of [...doors.values()]) door.settle?.(`its program inside does not stay (${why}).`)
      if (isOver)
        onTrouble(
          `${what} again and again (${why}). It is not made anew: the agent reaches neither models nor Drover’s tools any more.`,
        )
      return
    }
    if (doors.size > 0) onTrouble(`${what} (${why}). Calls that were under way failed; it is made anew.`)
    starting = begin(restarts * times.againMs)
    starting.catch((error: unknown) => onTrouble(`${what}, and could not be made anew: ${messageOf(error)}`))
  }

  async function begin(afterMs: number): Promise<void> {
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs))
    if (!closed) await run()
  }

  return {
    async open(serve, port = 0) {
      if (closed || restarts > mostRestarts)
        throw new SandboxError('sandbox_failed', 'The way out of the container is closed.')
      const id = ++lastId
      const opened = Promise.withResolvers<number>()
      const door: Door = {
        serve,
        port,
        settle: (failure) => {
          door.settle = undefined
          clearTimeout(timer)
          if (failure === undefined) return opened.resolve(door.port)
          doors.delete(id)
          opened.reject(new SandboxError('sandbox_failed', `The container has no way to Drover’s runner: ${failure}`))
        },
      }
      const timer = setTimeout(() => door.settle?.('its program inside does not answer.'), times.answerMs)
      doors.set(id, door)
      if (link !== undefined) link.exec.stdin.write(writeFrame('listen', id, port))
      else {
        starting ??= begin(0)
        starting.catch((error: unknown) => {
          starting = undefined
          door.settle?.(messageOf(error))
        })
      }
      return opened.promise
    },
    begin() {
      // What keeps it from starting is said to whoever opens a port.
      starting ??= begin(0)
      starting.catch(() => {
        starting = undefined
      })
    },
    close() {
      closed = true
      const open = link
      link = undefined
      open?.mux.close(new Error('The run’s container is closed.'))
      open?.exec.stdin.end()
      for (const door of [...doors.values()]) door.settle?.('it was closed.')
      doors.clear()
    },
  }
}

/** Answers with what listens on this machine's loopback. */
export function toLoopback(port: number): (connection: Duplex) => void {
  return (connection) =>
    joinStreams(connection, connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }))
}
