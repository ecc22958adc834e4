import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { toNotice } from './notice-text.ts'
import { withoutEngines } from './without-engines.ts'

// `node scripts/settle-packages.ts` after each change of dependencies: settles the lock file and writes the NOTICE.
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const lock = withoutEngines(await readFile(path('package-lock.json'), 'utf8'))
await writeFile(path('package-lock.json'), lock)
await writeFile(path('NOTICE'), toNotice(lock))
