import { expect, test } from 'vitest'
import { createSymbolFinder, type SymbolFinder } from './symbol-finder.ts'

const never = new AbortController().signal

/** A workspace of these files, whose contents are known by their text. */
async function look(finder: SymbolFinder, files: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const listed = Object.entries(files).map(([path, text]) => ({ path, id: text, bytes: Buffer.byteLength(text) }))
  const read = async (ids: readonly string[]) => {
    asked.push(...ids)
    return ids.map((id) => Buffer.from(id))
  }
  const found = await finder.find(listed, read, never)
  const told = found.files.map(({ path, symbols }) => ({
    path,
    symbols: symbols.map(({ kind, name, line }) => `${line} ${kind} ${name}`),
  }))
  return { ...found, told, asked }
}

const samples: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'a.ts': [
    'export const port = 1\nexport const open = () => { function inner() {} }\nexport function shut<T>(): void {}\nclass A { go() {} }\nexport interface B {}\ntype C = A\nenum D { One }\nnamespace N { export function f() {} }\nconst { x } = y\n// function no() {}\n',
    [
      '1 constant port',
      '2 function open',
      '3 function shut',
      '4 class A',
      '4 method go',
      '5 interface B',
      '6 type C',
      '7 enum D',
      '8 module N',
      '8 function f',
    ],
  ],
  'b.tsx': ['export function Page() { return <p/> }\n', ['1 function Page']],
  'c.js': ['function a() {}\nclass B { c() {} }\n', ['1 function a', '2 class B', '2 method c']],
  'd.py': [
    'class A:\n    @property\n    def b(self):\n        def inner(): pass\n\ndef c(): pass\n',
    ['1 class A', '3 method b', '6 function c'],
  ],
  'e.go': [
    'package p\nconst K = 1\ntype S struct{}\nfunc F() {}\nfunc (s *S) M() {}\n',
    ['2 constant K', '3 type S', '4 function F', '5 method M'],
  ],
  'f.rs': [
    'struct S;\nimpl S { fn m(&self) {} }\ntrait T { fn n(); }\nfn f() {}\nmod x { enum E {} }\n',
    ['1 class S', '2 method m', '3 interface T', '3 method n', '4 function f', '5 module x', '5 enum E'],
  ],
  'G.java': [
    'package p;\nclass G { G() {} void m() {} enum E {A} }\n',
    ['2 class G', '2 method G', '2 method m', '2 enum E'],
  ],
  'h.cs': ['namespace N { record R(int A); class C { void M() {} } }\n', ['1 class R', '1 class C', '1 method M']],
  'i.cpp': [
    'namespace n {\nstruct S { int m() { return 1; } };\n}\ntypedef int word;\nint *f(int a) { return 0; }\nint n::S::g() { return 1; }\nstruct Later;\n#define MAX(a) a\n',
    ['1 module n', '2 class S', '2 method m', '4 type word', '5 function f', '6 function n::S::g', '8 function MAX'],
  ],
  'j.php': ['<?php\nfunction f() {}\nclass A { function m() {} }\n', ['2 function f', '3 class A', '3 method m']],
  'k.rb': ['module M\n  class A\n    def b; end\n  end\nend\n', ['1 module M', '2 class A', '3 method b']],
  'l.sh': ['run() { :; }\n', ['1 function run']],
}

test('what files of each language define is found; what only looks like it, or is within a function, is not', async () => {
  const { told, cut } = await look(
    createSymbolFinder(),
    Object.fromEntries(Object.entries(samples).map(([path, [text]]) => [path, text])),
  )
  expect(Object.fromEntries(told.map(({ path, symbols }) => [path, symbols]))).toEqual(
    Object.fromEntries(Object.entries(samples).map(([path, [, symbols]]) => [path, symbols])),
  )
  expect(cut).toBe(false)
})

test('contents that were read once are not read again, wherever they stand', async () => {
  const finder = createSymbolFinder()
  const one = 'export function one() {}\n'
  expect((await look(finder, { 'one.ts': one })).asked).toEqual([one])
  const { told, asked } = await look(finder, { 'moved.ts': one, 'two.ts': 'function two() {}' })
  expect(asked).toEqual(['function two() {}'])
  expect(told.map(({ path }) => path)).toEqual(['moved.ts', 'two.ts'])
})

test('hostile contents are harmless, and the others are found', async () => {
  const { told } = await look(createSymbolFinder(), {
    'bytes.ts': '\0\u0001function no() {}',
    'deep.ts': '{'.repeat(100_000),
    'long.ts': `function ${'a'.repeat(5_000)}() {}`,
    'many.ts': 'function a() {}\n'.repeat(5_000),
    'fine.ts': 'function fine() {}',
    'huge.ts': `function huge() {}${' '.repeat(400_000)}`,
    'notes.txt': 'function no() {}',
  })
  expect(told.map(({ path, symbols }) => [path, symbols.length])).toEqual([
    ['many.ts', 1_000],
    ['fine.ts', 1],
  ])
})

test('no more are listed than a device takes, and that is told', async () => {
  const file = (n: number): [string, string] => [`${n}.ts`, `// ${n}\n${'function a() {}\n'.repeat(1_000)}`]
  const { count, cut } = await look(
    createSymbolFinder(),
    Object.fromEntries(Array.from({ length: 60 }, (_, n) => file(n))),
  )
  expect([count, cut]).toEqual([50_000, true])
})

test('a look that is not wanted any more ends', async () => {
  const ended = AbortSignal.abort()
  await expect(createSymbolFinder().find([], async () => [], ended)).rejects.toThrow()
})
