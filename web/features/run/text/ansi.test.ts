import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAnsi, plainText } from './ansi.ts'

const styled = (input: string): string =>
  parseAnsi(input)
    .map((line) =>
      line
        .map((span) => {
          const style = Object.entries(span.style)
            .map(([key, value]) => (value === true ? key : `${key}:${value}`))
            .join(' ')
          return style === '' ? span.text : `<${style}>${span.text}</>`
        })
        .join(''),
    )
    .join('\n')

describe('colours and weights', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[0m', '<fg:red>red</>'],
    ['\u001b[1;32mok\u001b[22m on', '<bold fg:green>ok</><fg:green> on</>'],
    ['\u001b[91mbright\u001b[39m', '<fg:red>bright</>'],
    ['\u001b[44mback\u001b[49m', '<bg:blue>back</>'],
    ['\u001b[38;5;196mcube\u001b[m', '<fg:red>cube</>'],
    ['\u001b[38;2;10;200;20mtrue\u001b[m', '<fg:green>true</>'],
    ['\u001b[38:5:21mcolons\u001b[m', '<fg:blue>colons</>'],
    [
      '\u001b[4mu\u001b[24m\u001b[9ms\u001b[29m\u001b[3mi\u001b[23m\u001b[7mv\u001b[27m.',
      '<underline>u</><strike>s</><italic>i</><inverse>v</>.',
    ],
    ['\u009b31mC1\u009b0m', '<fg:red>C1</>'],
  ])('%j', (input, expected) => {
    expect(styled(input)).toBe(expected)
  })
})

describe('what writes over', () => {
  test.each([
    ['10%\r20%\r100%', '100%'],
    ['loading\rok', 'okading'],
    ['loading\r\u001b[Kok', 'ok'],
    ['abc\u001b[2K\rx', 'x'],
    ['abc\b\bX', 'aXc'],
    ['abc\u001b[2DX', 'aXc'],
    ['abc\u001b[1GX', 'Xbc'],
    ['a\tb', 'a       b'],
    ['one\r\ntwo\r\n', 'one\ntwo'],
  ])('%j', (input, expected) => {
    expect(plainText(input)).toBe(expected)
  })
})

describe('what is hostile', () => {
  test.each([
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]0;never ends\nnext line', '\nnext line'],
    ['\u001bPdevice\u001b\\x', 'x'],
    ['\u001b[?25l\u001b[2J\u001b[Hhome', 'home'],
    ['\u001b(Bx', 'x'],
    ['\u001b[', ''],
    ['\u001b', ''],
    ['a\u0000b\u0007c', 'abc'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['\u001b[999999999Cx', `${' '.repeat(4_000)}x`],
  ])('%j', (input, expected) => {
    expect(plainText(input)).toBe(expected)
  })

  test('a very long line that is written over and over stays cheap', () => {
    const input = 'x'.repeat(500_000) + '\ry'.repeat(5_000)
    expect(plainText(input).length).toBeGreaterThanOrEqual(500_000)
  })

  test('any text parses, and no control character but the line feed is left', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            '\u001b',
            '[',
            ']',
            ';',
            '3',
            '1',
            'm',
            'K',
            'C',
            'G',
            '\r',
            '\n',
            '\b',
            '\t',
            '\u0007',
            '\\',
            '\u009b',
            '😀',
          ),
        }),
        (input) => {
          for (const line of parseAnsi(input))
            for (const span of line) expect(span.text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
        },
      ),
    )
  })
})
