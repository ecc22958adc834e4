import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHiding, noHiding } from './hiding.ts'

const token = 'ghp_x9+/Qé"7 z&k=T'
const pem = '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA7mjq\nqL0d9Zx+w2Jm/8sTnU4v\n-----END KEY-----'
const hiding = createHiding([
  { name: 'TOKEN', texts: [token] },
  { name: 'PEM', texts: [pem] },
])

const forms: [string, string][] = [
  ['as it is', token],
  ['in JSON', JSON.stringify(token)],
  ['in JSON in JSON', JSON.stringify(JSON.stringify(token))],
  ['in a URL', encodeURIComponent(token)],
  ['in a URL, in small letters', encodeURIComponent(token).replace(/%../g, (escape) => escape.toLowerCase())],
  ['in a form', new URLSearchParams({ a: token }).toString()],
  ['in hex', Buffer.from(token).toString('hex')],
  ...[0, 1, 2].flatMap((before): [string, string][] => {
    const bytes = Buffer.from(`${'x'.repeat(before)}${token} and more`)
    return [
      [`in Base64 behind ${before} bytes`, bytes.toString('base64')],
      [`in Base64 for URLs behind ${before} bytes`, bytes.toString('base64url')],
    ]
  }),
  [
    'with line breaks as tools make them',
    (
      Buffer.from(token)
        .toString('base64')
        .match(/.{1,7}/g) ?? []
    ).join('\n'),
  ],
]

describe('a value', () => {
  test.each(forms)('is hidden %s', (_, printed) => {
    const shown = hiding.text(`before ${printed} after`)
    expect(shown).toContain('[secret TOKEN]')
    expect(shown).toMatch(/^before .* after$/s)
    expect(shown.length).toBeLessThan(`before [secret TOKEN] after`.length + 24)
  })

  test('of several lines is hidden line by line too', () => {
    expect(hiding.text(`x ${pem} y`)).toBe('x [secret PEM] y')
    expect(hiding.text('> MIIEowIBAAKCAQEA7mjq\n> qL0d9Zx+w2Jm/8sTnU4v')).toBe('> [secret PEM]\n> [secret PEM]')
  })

  test('that a text begins or ends within is hidden as far as it is there', () => {
    expect(hiding.text(`a ${token.slice(0, 14)}`)).toBe('a [secret TOKEN]')
    expect(hiding.text(`${token.slice(4)} b`, { isCut: true })).toBe('[secret TOKEN] b')
    expect(hiding.text('a ghp_')).toBe('a ghp_')
    expect(hiding.piece(`a ${token.slice(0, 14)}`)).toBe(`a ${token.slice(0, 14)}`)
  })

  test('in a diff leaves the lines and their signs', () => {
    const wrapped = (
      Buffer.from(pem)
        .toString('base64')
        .match(/.{1,20}/g) ?? []
    ).map((line) => `+${line}`)
    const diff = ['@@ -0,0 +1,3 @@', `+token: ${token}`, ...pem.split('\n').map((line) => `+${line}`), ...wrapped]
    const shown = hiding.diff(diff.join('\n')).split('\n')
    expect(shown.length).toBe(diff.length)
    expect(shown.slice(0, 6)).toEqual([
      '@@ -0,0 +1,3 @@',
      '+token: [secret TOKEN]',
      ...Array.from({ length: 4 }, () => '+[secret PEM]'),
    ])
    for (const line of shown.slice(6, -1)) expect(line).toMatch(/^\+(?:\[secret PEM\])?$/)
  })

  test('is hidden in bytes that are no text', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0, 0x80]), Buffer.from(token), Buffer.from([0xfe])])
    expect(Buffer.from(hiding.bytes(bytes)).toString('latin1')).toBe('\xff\0\x80[secret TOKEN]\xfe')
    const clean = Buffer.from([0xff, 0, 1])
    expect(hiding.bytes(clean)).toBe(clean)
  })

  test('too short or too common to hide is left, and so nothing is torn apart', () => {
    expect(createHiding([{ name: 'A', texts: ['true', '1234', 'aaaaaaaa', 'production', ' '] }])).toBe(noHiding)
  })

  test('a stream of nothing but values is not held back', () => {
    const stream = createHiding([{ name: 'A', texts: ['abcabc'] }]).stream()
    let told = ''
    for (let round = 0; round < 10_000; round++) told += stream.push('abc')
    expect(`${told}${stream.end()}`).toBe('[secret A]')
  })
})

/** Values that share letters, so that they overlap, contain each other and begin alike. */
const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '+', '\n', 'é'), minLength: 6, maxLength: 14 })
const values = fc.array(value, { minLength: 1, maxLength: 4 })
const piecesOf = (some: readonly string[]) =>
  fc.array(
    fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '+', '\n', ' '), maxLength: 6 }),
      fc.constantFrom(...some),
      fc.constantFrom(...some.map((one) => Buffer.from(one).toString('base64'))),
    ),
    { maxLength: 12 },
  )
const story = values.chain((some) =>
  fc.tuple(fc.constant(some), piecesOf(some), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })),
)

test('wherever a text is cut, the same is told, and no value is in it', () => {
  fc.assert(
    fc.property(story, ([some, pieces, cuts]) => {
      const own = createHiding(some.map((text, at) => ({ name: `N${at}`, texts: [text] })))
      const text = pieces.join('')
      const stream = own.stream()
      let told = ''
      for (let at = 0, turn = 0; at < text.length; turn++) {
        const end = at + (cuts[turn % cuts.length] ?? 1)
        told += stream.push(text.slice(at, end))
        at = end
      }
      told += stream.end()
      expect(told).toBe(own.text(text))
      if (own.isIdle) return
      for (const one of some.map((text_) => text_.trim())) if (hides(one)) expect(told).not.toContain(one)
    }),
    { numRuns: 500 },
  )
})

const hides = (text: string): boolean => text.length >= 6 && new Set(text).size >= 3
