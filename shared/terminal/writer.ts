import { z } from 'zod'
import type { TerminalOwner } from '../domain/terminal.ts'
import { UserId } from '../ids.ts'

/** A page that shows a run's terminals, for as long as it is open. */
export const TerminalDevice = z.string().regex(/^[\w-]{8,64}$/)

/**
 * Who types into a terminal: one at a time.
 *
 *   agent ──take──▶ person ──hand back, grace over──▶ agent        (a command of the agent)
 *   nobody ──take──▶ person ──release, grace over──▶ nobody        (a person's shell)
 *   person A ──take──▶ person B
 */
export const TerminalWriter = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('nobody') }),
  z.object({ kind: z.literal('agent') }),
  z.object({
    kind: z.literal('person'),
    userId: UserId,
    device: TerminalDevice,
    /** Its page is gone since; after `writerGraceMs` it is free again. */
    awaySince: z.number().optional(),
  }),
])
export type TerminalWriter = z.infer<typeof TerminalWriter>

/** A page that is loaded again, or a phone in a lift, keeps its place for so long. */
export const writerGraceMs = 15_000

/** Who types where no person does. */
export function freeWriter(owner: TerminalOwner): TerminalWriter {
  return owner.kind === 'agent' ? { kind: 'agent' } : { kind: 'nobody' }
}

export function takeOver(person: { userId: UserId; device: string }): TerminalWriter {
  return { kind: 'person', userId: person.userId, device: person.device }
}

/** Only who holds it gives it back. */
export function handBack(writer: TerminalWriter, device: string, owner: TerminalOwner): TerminalWriter {
  return isHeldBy(writer, device) ? freeWriter(owner) : writer
}

export function isHeldBy(writer: TerminalWriter, device: string): boolean {
  return writer.kind === 'person' && writer.device === device
}

export function leave(writer: TerminalWriter, device: string, now: number): TerminalWriter {
  return writer.kind === 'person' && writer.device === device && writer.awaySince === undefined
    ? { ...writer, awaySince: now }
    : writer
}

export function comeBack(writer: TerminalWriter, device: string): TerminalWriter {
  if (writer.kind !== 'person' || writer.device !== device) return writer
  const { awaySince: _gone, ...here } = writer
  return here
}

/** After the grace the place is free. */
export function expire(writer: TerminalWriter, owner: TerminalOwner, now: number): TerminalWriter {
  const isOver = writer.kind === 'person' && writer.awaySince !== undefined && now - writer.awaySince >= writerGraceMs
  return isOver ? freeWriter(owner) : writer
}

/** Numbers what each device types, so that nothing is typed twice. */
export interface InputGate {
  /** @returns false for what was typed already. */
  take(device: string, seq: number): boolean
  last(device: string): number
}

const gateDevices = 64

export function createInputGate(): InputGate {
  const last = new Map<string, number>()
  return {
    take(device, seq) {
      if (seq <= (last.get(device) ?? 0)) return false
      last.delete(device)
      last.set(device, seq)
      const [oldest] = last.keys()
      if (last.size > gateDevices && oldest !== undefined) last.delete(oldest)
      return true
    },
    last: (device) => last.get(device) ?? 0,
  }
}
