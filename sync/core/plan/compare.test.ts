import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryPlan } from '#test/plans/arbitrary-plan.ts'
import { comparePlans, takeBack, type BlockChange } from './compare.ts'
import { parsePlan, writePlan } from './markdown.ts'

const told = (changes: readonly BlockChange[]): string[] =>
  changes.map((change) => `${change.kind}: ${'after' in change ? change.after.text : change.before.text}`)
const compare = (before: string, after: string) => comparePlans(parsePlan(before), parsePlan(after))

describe('comparing two versions', () => {
  test('tells blocks that are new, gone, changed and as they were, in their order', () => {
    const { changes, added, removed } = compare(
      '# Plan\n\nkeep\n\ngo away please\n\nsome words here\n',
      '# Plan\n\nkeep\n\n- new\n\nsome other words here\n',
    )
    expect(told(changes)).toEqual([
      'same: # Plan',
      'same: keep',
      'added: - new',
      'removed: go away please',
      'changed: some other words here',
    ])
    expect([added, removed]).toEqual([2, 2])
  })

  test('tells what changed in a block by word, signs of Markdown included', () => {
    const [change] = compare('Move the old models.', 'Move **the** models now.').changes
    expect(change?.kind === 'changed' && change.pieces.map(({ kind, text }) => `${kind} ${text}`).join('|')).toBe(
      'same Move |added **|same the|added **|same  |removed old |same models|added  now|same .',
    )
  })

  test('tells a moved block where it left and where it came, and counts it for nothing', () => {
    const { changes, added, removed } = compare(
      'first\n\nsecond\n\nthird\n\nfourth\n',
      'second\n\nthird\n\nfourth\n\nfirst\n',
    )
    expect(told(changes)).toEqual(['left: first', 'same: second', 'same: third', 'same: fourth', 'came: first'])
    expect([added, removed]).toEqual([0, 0])
  })

  test('has each block of both sides once, and the same of a version with itself', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (before, after) => {
        const { changes } = comparePlans(before, after)
        const afters = changes.flatMap((change) =>
          change.kind === 'removed' || change.kind === 'left' ? [] : [change.after.index],
        )
        const befores = changes.flatMap((change) =>
          change.kind === 'added' || change.kind === 'came' ? [] : [change.before.index],
        )
        expect(afters).toEqual(afters.toSorted((x, y) => x - y))
        expect(new Set(befores).size).toBe(befores.length)
        for (const change of changes) {
          if (change.kind !== 'changed') continue
          const side = (without: string): string =>
            change.pieces
              .filter(({ kind }) => kind !== without)
              .map(({ text }) => text)
              .join('')
          expect([side('added'), side('removed')]).toEqual([change.before.text, change.after.text])
        }
        expect(comparePlans(after, after).changes.every(({ kind }) => kind === 'same')).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('is the same with blocks that were written before', () => {
    const written = new Map<string, string>()
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (before, after) => {
        expect(comparePlans(before, after, written)).toEqual(comparePlans(before, after))
      }),
      { numRuns: 60 },
    )
  })

  test('of large and wholly different texts ends, and says so', () => {
    const text = (word: string): string =>
      Array.from({ length: 1_500 }, (_, n) => `${word} ${n} ${word.repeat(n % 7)}`).join('\n\n')
    const { changes } = comparePlans(parsePlan(text('alpha')), parsePlan(text('omega')))
    expect(changes).toHaveLength(1_500)
  })
})

describe('taking back', () => {
  const before = parsePlan('# Plan\n\nfirst\n\nsecond thing\n\nthird\n\nfourth\n')
  const after = parsePlan('# Plan\n\nsecond thing, changed\n\nthird\n\n- new\n\nfourth\n')
  const { changes } = comparePlans(before, after)

  test('one change leaves the others', () => {
    const changed = changes.find(({ kind }) => kind === 'changed')
    const added = changes.find((change) => change.kind === 'added' && change.after.text === '- new')
    expect(changed && writePlan(takeBack(before, after, changes, changed))).toContain('\n\nsecond thing\n\n')
    expect(added && writePlan(takeBack(before, after, changes, added))).not.toContain('- new')
  })

  test('puts what is gone where it was', () => {
    const gone = comparePlans(parsePlan('a\n\nb\n\nc\n'), parsePlan('a\n\nc\n'))
    const [, removed] = gone.changes
    expect(
      removed && writePlan(takeBack(parsePlan('a\n\nb\n\nc\n'), parsePlan('a\n\nc\n'), gone.changes, removed)),
    ).toBe('a\n\nb\n\nc\n')
  })

  test('puts a moved block back, from either of its places', () => {
    const [a, b] = [parsePlan('one\n\ntwo\n\nthree\n'), parsePlan('two\n\nthree\n\none\n')]
    const moved = comparePlans(a, b).changes
    for (const change of moved.filter(({ kind }) => kind === 'left' || kind === 'came'))
      expect(writePlan(takeBack(a, b, moved, change))).toBe(writePlan(a))
  })

  test('everything, one after the other, ends with the earlier version', () => {
    const source = 'Plan text one two three four five six seven'.split(' ')
    const plan = fc
      .uniqueArray(
        fc.constantFrom(...source, ...source.map((word) => `- ${word}`), ...source.map((word) => `${word} and more`)),
        { minLength: 1, maxLength: 8 },
      )
      .map((list) => list.map((text, n) => (text.startsWith('-') ? `para ${n}\n\n${text}` : text)).join('\n\n'))
    fc.assert(
      fc.property(plan, plan, (from, to) => {
        const old = parsePlan(from)
        let now = parsePlan(to)
        for (let step = 0; step < 60; step++) {
          const { changes } = comparePlans(old, now)
          const next = changes.find(({ kind }) => kind !== 'same' && kind !== 'left')
          if (next === undefined) break
          now = takeBack(old, now, changes, next)
        }
        expect(writePlan(now)).toBe(writePlan(old))
      }),
      { numRuns: 200 },
    )
  })
})
