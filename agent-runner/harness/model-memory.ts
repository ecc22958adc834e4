import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { HarnessId, ModelOffer } from '#shared/domain/harness.ts'
import type { HarnessDeclaration } from './declaration.ts'

/**
 * What sessions of each harness told of their models, kept in the runner's folder: a model picker knows them before a session begins.
 * At most `harnessLimit` harnesses with 200 models each.
 */
export interface ModelMemory {
  /** The declaration with the models that were told beside its own. */
  remembering(declaration: HarnessDeclaration): HarnessDeclaration
}

const harnessLimit = 50
const Memory = z.record(HarnessId, z.object({ version: z.string().optional(), models: z.array(ModelOffer).max(200) }))
type Memory = z.infer<typeof Memory>

/** @param file a file that can't be read is one that has nothing. */
export function createModelMemory(file: string): ModelMemory {
  let known = read(file)
  let writing: Promise<void> = Promise.resolve()

  function learn(declaration: HarnessDeclaration, models: readonly ModelOffer[]): void {
    const told = { version: declaration.version, models: models.slice(0, 200) }
    if (JSON.stringify(known[declaration.id]) === JSON.stringify(told)) return
    const others = Object.entries(known).filter(([id]) => id !== declaration.id)
    known = Memory.parse(Object.fromEntries([...others.slice(1 - harnessLimit), [declaration.id, told]]))
    const text = JSON.stringify(known)
    // What is lost is told again by the next session.
    writing = writing.then(() => write(file, text)).catch(() => {})
  }

  return {
    remembering: (declaration) => ({
      ...declaration,
      models: () => merge(declaration.models?.() ?? [], toldOf(declaration)),
      learn: (models) => learn(declaration, models),
    }),
  }

  /** Another version may have others. */
  function toldOf({ id, version }: HarnessDeclaration): readonly ModelOffer[] {
    const told = known[id]
    return told !== undefined && told.version === version ? told.models : []
  }
}

/** What a session told is newer than what stands in the declaration. */
function merge(own: readonly ModelOffer[], told: readonly ModelOffer[]): ModelOffer[] {
  const merged = new Map(own.map((model) => [model.id, model]))
  for (const model of told) merged.set(model.id, { ...merged.get(model.id), ...model })
  return [...merged.values()].slice(0, 200)
}

function read(file: string): Memory {
  try {
    return Memory.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
