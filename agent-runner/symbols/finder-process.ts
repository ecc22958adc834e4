import { setPriority } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { createSymbolReader } from './find-symbols.ts'
import { isLanguage } from './languages.ts'

// Reads a list of files from its input, and writes what each defines, a JSON text a line, as soon as it has been read. See `symbol-finder.ts`.

// Whatever else the machine does goes first.
setPriority(19)
const reader = await createSymbolReader(Date.now)
const given = await buffer(process.stdin)
let at = 0
while (at < given.length) {
  const end = given.indexOf(10, at)
  const [language = '', bytes = ''] = given.toString('latin1', at, end).split(' ')
  at = end + 1
  const content = given.toString('utf8', at, at + Number(bytes))
  at += Number(bytes)
  const symbols = isLanguage(language) && !content.includes('\0') ? await reader(language, content) : []
  process.stdout.write(`${JSON.stringify(symbols)}\n`)
}
