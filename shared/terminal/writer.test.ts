import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserId } from '../ids.ts'
import {
  comeBack,
  createInputGate,
  expire,
  freeWriter,
  handBack,
  isHeldBy,
  leave,
  takeOver,
  writerGraceMs,
  type TerminalWriter,
} from './writer.ts'

const agent = { kind: 'agent' } as const
const [ana, jo] = ['ana', 'jo'].map((name) => ({ userId: UserId.parse(name), device: `device-${name}` })) as [
  { userId: UserId; device: string },
  { userId: UserId; device: string },
]

describe('who types', () => {
  test('is one person or the agent, whatever happens, and only who holds it gives it back', () => {
    const step = fc.tuple(fc.constantFrom('take', 'back', 'leave', 'come', 'expire'), fc.boolean(), fc.nat(40_000))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let writer: TerminalWriter = freeWriter(agent)
        let now = 0
        for (const [what, isAna, later] of steps) {
          const [who, other] = isAna ? [ana, jo] : [jo, ana]
          now += later
          const before = writer
          if (what === 'take') writer = takeOver(who)
          if (what === 'back') writer = handBack(writer, who.device, agent)
          if (what === 'leave') writer = leave(writer, who.device, now)
          if (what === 'come') writer = comeBack(writer, who.device)
          if (what === 'expire') writer = expire(writer, agent, now)
          expect(isHeldBy(writer, ana.device) && isHeldBy(writer, jo.device)).toBe(false)
          if (isHeldBy(before, other.device) && what !== 'take' && what !== 'expire')
            expect(isHeldBy(writer, other.device)).toBe(true)
          expect(writer.kind).not.toBe('nobody')
        }
      }),
    )
  })

  test('a page that comes back in time goes on; one that does not is free for the others', () => {
    const gone = leave(takeOver(ana), ana.device, 1000)
    expect(expire(gone, agent, 1000 + writerGraceMs - 1)).toBe(gone)
    expect(comeBack(gone, ana.device)).toEqual(takeOver(ana))
    expect(expire(gone, agent, 1000 + writerGraceMs)).toEqual({ kind: 'agent' })
    expect(expire(gone, { kind: 'person', userId: ana.userId }, 1000 + writerGraceMs)).toEqual({ kind: 'nobody' })
  })
})

test('what a device types has its effect once, however often it comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(ana.device, jo.device), fc.integer({ min: 1, max: 20 }))),
      (frames) => {
        const gate = createInputGate()
        const typed = new Set<string>()
        for (const [device, seq] of frames) {
          const isNew = seq > gate.last(device)
          expect(gate.take(device, seq)).toBe(isNew)
          if (!isNew) continue
          expect(typed.has(`${device} ${seq}`)).toBe(false)
          typed.add(`${device} ${seq}`)
        }
      },
    ),
  )
})
