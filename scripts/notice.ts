import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { toNotice } from './notice-text.ts'

// Writes the NOTICE: `node scripts/notice.ts` after each change of dependencies.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
await writeFile(path('NOTICE'), toNotice(await readFile(path('package-lock.json'), 'utf8')))
