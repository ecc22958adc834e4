import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrameReader, maxPayload, writeFrame, type Frame } from './frames.ts'
import { createMux, maxStreams, windowBytes, type Mux } from './mux.ts'

describe('frames', () => {
  test('come out as they went in, however they were cut', () => {
    const type = fc.constantFrom('open', 'data', 'end', 'window', 'reset', 'listen', 'listening', 'failed')
    const frames = fc.array(fc.record({ type, id: fc.nat(), payload: fc.uint8Array({ maxLength: 300 }) }), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
        const got: Frame[] = []
        const read = createFrameReader((frame) => got.push(frame))
        let bytes = Buffer.concat(sent.map((frame) => writeFrame(frame.type, frame.id, frame.payload)))
        for (const cut of cuts) {
          read(bytes.subarray(0, cut))
          bytes = bytes.subarray(cut)
        }
        read(bytes)
        expect(got).toEqual(sent.map((frame) => ({ ...frame, payload: Buffer.from(frame.payload) })))
      }),
    )
  })

  test('what is none is refused, before its bytes are waited for', () => {
    const read = (bytes: Buffer) => (): void => createFrameReader(() => {})(bytes)
    const long = writeFrame('data', 1)
    long.writeUInt32BE(maxPayload + 1, 5)
    const strange = writeFrame('data', 1)
    strange.writeUInt8(99, 4)
    expect(read(long)).toThrow('no frame')
    expect(read(strange)).toThrow('no frame')
  })
})

/** Two ends, whose carriers take what is given when `flow` is called. */
function pair(onOpen: (stream: Duplex, door: number) => void) {
  const toInside: Buffer[] = []
  const toRunner: Buffer[] = []
  let roomy = true
  const runner = createMux({ write: (frame) => (toInside.push(frame), roomy), onOpen })
  const inside = createMux({ write: (frame) => (toRunner.push(frame), roomy) })
  const carry = (from: Buffer[], to: Mux): number => {
    const bytes = from.splice(0)
    const read = createFrameReader((frame) => to.take(frame))
    for (const one of bytes) read(one)
    return bytes.length
  }
  return {
    runner,
    inside,
    toRunner,
    setRoomy: (now: boolean) => {
      roomy = now
      if (now) for (const end of [runner, inside]) end.drained()
    },
    /** Until nothing is under way any more. */
    async flow() {
      for (let still = 0; still < 3;) {
        const moved = carry(toInside, inside) + carry(toRunner, runner)
        still = moved === 0 ? still + 1 : 0
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

describe('streams', () => {
  test('carry what is said both ways, whole, and end each way by itself', async () => {
    const heard: { door: number; text: Promise<Buffer> }[] = []
    const { inside, runner, flow } = pair((stream, door) => {
      const text = buffer(stream)
      heard.push({ door, text })
      void text.then((said) => stream.end(Buffer.concat([Buffer.from('you said '), said])))
    })
    const large = Buffer.alloc(3 * windowBytes + 17, 'abc')
    const [one, two] = [inside.open(1), inside.open(2)]
    const answers = [one, two].map((stream) => buffer(stream as Duplex))
    one?.end(large)
    two?.end('hello')
    await flow()
    const [first, second] = await Promise.all(answers)
    expect(hashOf(first)).toBe(hashOf(Buffer.concat([Buffer.from('you said '), large])))
    expect(second?.toString()).toBe('you said hello')
    expect(heard.map(({ door }) => door)).toEqual([1, 2])
    await flow()
    expect([inside.size(), runner.size()]).toEqual([0, 0])
  })

  test('one whose reader is slow gets its window and no more, and holds up no other', async () => {
    const opened: Duplex[] = []
    const { inside, flow } = pair((stream) => opened.push(stream))
    const [slow, quick] = [inside.open(1), inside.open(1)]
    slow?.write(Buffer.alloc(10 * windowBytes))
    quick?.write('through')
    await flow()
    expect(opened[0]?.readableLength).toBe(windowBytes)
    expect(String(opened[1]?.read())).toBe('through')
    let read = 0
    opened[0]?.on('data', (piece: Buffer) => {
      read += piece.byteLength
    })
    await flow()
    expect(read).toBe(10 * windowBytes)
  })

  test('a carrier that is full is given no data, and takes turns when it goes on', async () => {
    const { inside, toRunner, setRoomy } = pair(() => {})
    const [one, two] = [inside.open(1), inside.open(1)]
    setRoomy(false)
    one?.write(Buffer.alloc(3 * maxPayload, 1))
    two?.write(Buffer.alloc(3 * maxPayload, 2))
    const order: number[] = []
    const read = createFrameReader((frame) => {
      if (frame.type === 'data') order.push(frame.id)
    })
    for (const frame of toRunner.splice(0)) read(frame)
    expect(order.length).toBeLessThanOrEqual(1)
    setRoomy(true)
    for (const frame of toRunner.splice(0)) read(frame)
    expect(order.toSorted()).toEqual([1, 1, 1, 2, 2, 2])
    expect(order.slice(-4)).not.toEqual([2, 2, 2, 2])
    expect(order.lastIndexOf(1)).toBeGreaterThan(order.indexOf(2))
  })

  test('break off on both sides when one does, and all when the carrier is gone', async () => {
    const opened: Duplex[] = []
    const { inside, runner, flow } = pair((stream) => opened.push(stream))
    const [broken, lost] = [inside.open(1), inside.open(1)]
    await flow()
    const told = new Promise<Error>((resolve) => opened[0]?.once('error', resolve))
    broken?.destroy()
    await flow()
    expect((await told).message).toContain('broke the connection off')
    const failed = new Promise<Error>((resolve) => lost?.once('error', resolve))
    inside.close(new Error('The bridge is gone.'))
    expect((await failed).message).toBe('The bridge is gone.')
    expect([inside.size(), runner.size(), inside.open(1)]).toEqual([0, 1, undefined])
  })

  test('there are only so many, and more are broken off', async () => {
    const opened: Duplex[] = []
    const { inside, runner, flow } = pair((stream) => opened.push(stream))
    for (let n = 0; n < maxStreams; n++) inside.open(1)
    expect(inside.open(1)).toBeUndefined()
    await flow()
    expect(opened).toHaveLength(maxStreams)
    // An inside that does not keep to it.
    runner.take({ type: 'open', id: 9999, payload: Buffer.from([0, 0, 0, 1]) })
    expect([opened.length, runner.size()]).toEqual([maxStreams, maxStreams])
  })

  test('who sends more than the window, opens one twice or speaks out of turn is not listened to any more', () => {
    const rules = (frames: readonly Frame[]) => (): void => {
      const mux = createMux({ write: () => true, onOpen: () => {} })
      mux.take({ type: 'open', id: 1, payload: Buffer.from([0, 0, 0, 1]) })
      for (const frame of frames) mux.take(frame)
    }
    const data = { type: 'data' as const, id: 1, payload: Buffer.alloc(maxPayload) }
    expect(rules(Array.from({ length: windowBytes / maxPayload }, () => data))).not.toThrow()
    expect(rules(Array.from({ length: windowBytes / maxPayload + 1 }, () => data))).toThrow('More was sent')
    expect(rules([{ type: 'open', id: 1, payload: Buffer.from([0, 0, 0, 1]) }])).toThrow('may not be')
    expect(rules([{ type: 'window', id: 1, payload: Buffer.from([0, 0, 0, 1]) }])).toThrow('too far')
    expect(rules([{ type: 'window', id: 1, payload: Buffer.alloc(0) }])).toThrow('without its number')
    expect(rules([{ type: 'listen', id: 1, payload: Buffer.alloc(4) }])).toThrow('no place')
  })
})

function hashOf(bytes: Buffer | undefined): string {
  return createHash('sha256')
    .update(bytes ?? Buffer.alloc(0))
    .digest('hex')
}
