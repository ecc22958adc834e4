import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOutputReader, createOutputRing } from './output-ring.ts'

describe('a ring', () => {
  test('holds the end of what was printed, by the offsets of the whole, in bounded memory', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 200 }), (pieces) => {
        const ring = createOutputRing(100)
        for (const piece of pieces) ring.append(piece)
        const whole = pieces.join('')
        expect(ring.end()).toBe(whole.length)
        expect(whole.length - ring.start()).toBeLessThanOrEqual(200)
        expect(whole.length - ring.start()).toBeGreaterThanOrEqual(Math.min(99, whole.length))
        expect(ring.read(0, whole.length + 1).text).toBe(whole.slice(ring.start()))
      }),
    )
  })

  test('of another one’s pieces is the same, whatever comes twice or overlaps; a gap begins it anew', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 150 }),
        fc.array(fc.tuple(fc.nat(), fc.nat())),
        (whole, spans) => {
          const ring = createOutputRing(1000)
          for (const [a, b] of spans) {
            const [from, until] = [a % whole.length, b % (whole.length + 1)].sort((x, y) => x - y) as [number, number]
            ring.put(from, whole.slice(from, until))
            expect(ring.read(0, 1000).text).toBe(whole.slice(ring.start(), ring.end()))
          }
        },
      ),
    )
  })

  test('parts no character', () => {
    const ring = createOutputRing(10)
    ring.append('a😀b')
    expect(ring.read(0, 2).text).toBe('a')
    expect(ring.read(1, 2).text).toBe('😀')
    expect(ring.tail(2)).toBe('b')
  })
})

describe('a reader', () => {
  test('gets all of it, in order, never more than its window ahead of what it has read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 30 }), fc.boolean()), { maxLength: 100 }), (steps) => {
        const ring = createOutputRing(10_000)
        const reader = createOutputReader(0, 50)
        let got = ''
        let whole = ''
        const take = (): void => {
          for (let piece = reader.next(ring, 16); piece !== undefined; piece = reader.next(ring, 16)) {
            expect(piece).toMatchObject({ offset: got.length, skipped: false })
            got += piece.text
          }
          expect(reader.sent() - reader.acked()).toBeLessThanOrEqual(50)
        }
        for (const [piece, isRead] of steps) {
          ring.append(piece)
          whole += piece
          take()
          if (isRead) reader.ack(got.length)
        }
        while (got.length < whole.length) {
          reader.ack(got.length)
          take()
        }
        expect(got).toBe(whole)
      }),
    )
  })

  test('that lags behind what is kept goes on with what there is, and says so', () => {
    const ring = createOutputRing(100)
    const reader = createOutputReader(0, 50)
    ring.append('x'.repeat(60))
    expect(reader.next(ring, 16)).toMatchObject({ offset: 0, skipped: false })
    for (let at = 0; at < 10; at++) ring.append('y'.repeat(60))
    const next = reader.next(ring, 16)
    expect(next).toMatchObject({ offset: ring.start(), skipped: true })
    expect(reader.acked()).toBe(ring.start())
  })
})
