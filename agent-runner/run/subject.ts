import type { CommandEffect, PermissionSubject } from '#shared/domain/permission.ts'
import type { PermissionParams } from '../harness/acp-shapes.ts'
import { contentPatches, contentText, objectOf } from '../harness/tool-content.ts'
import type { BlobStore } from '../link/blob-store.ts'
import { cut } from './transcript.ts'

/** Patches that a question carries itself, together; it is one event, see `maxEventBytes`. */
const shownPatchBytes = 400_000

/** What a card shows of a harness's request. */
export async function subjectOf(
  params: PermissionParams,
  { command, effects, cwd }: { command: string | undefined; effects: CommandEffect[]; cwd: string },
  { question, blobs, relative }: { question: string | undefined; blobs: BlobStore; relative: (path: string) => string },
): Promise<PermissionSubject> {
  if (question !== undefined) return { kind: 'question', question: cut(question, 4000) }
  if (command !== undefined) {
    const blob = command.length > 8000 ? await stored(blobs, command) : undefined
    return {
      kind: 'command',
      command: command.length > 8000 ? command.slice(0, 8000).toWellFormed() : command,
      cwd: cut(cwd, 1000),
      ...(blob === undefined ? {} : { blob }),
      effects,
    }
  }
  const patches = contentPatches(params.toolCall.content, relative).slice(0, 50)
  if (patches.length > 0) {
    let room = shownPatchBytes
    const files = patches.map(async ({ path, added, removed, patch }) => {
      const file = { path, added, removed }
      if (patch === undefined) return file
      const bytes = Buffer.byteLength(JSON.stringify(patch))
      if (patch.length <= 12_000 && bytes <= room) {
        room -= bytes
        return { ...file, patch }
      }
      const blob = await stored(blobs, patch)
      return blob === undefined ? file : { ...file, blob }
    })
    return { kind: 'edit', files: await Promise.all(files) }
  }
  const input = params.toolCall.rawInput ?? contentText(params.toolCall.content)
  const shown =
    input === undefined ? undefined : cut(typeof input === 'string' ? input : JSON.stringify(input, null, 2), 8000)
  return {
    kind: 'tool',
    tool: cut(params.toolCall.title ?? params.toolCall.kind ?? 'tool', 200),
    ...(shown === undefined ? {} : { input: shown }),
  }
}

/** A card must not wait for ever for its long text. */
function stored(blobs: BlobStore, text: string): ReturnType<BlobStore['put']> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5000))
  return Promise.race([blobs.put(Buffer.from(text)), late])
}

/** Where a command runs and what its shell went through, where the harness tells it. */
export function surroundingsOf(toolCall: PermissionParams['toolCall']): {
  cwd: string | undefined
  changedVariables: string[]
} {
  const input = objectOf(toolCall.rawInput)
  const cwd = input?.['cwd'] ?? input?.['workdir']
  const changed = input?.['changedVariables']
  return {
    cwd: typeof cwd === 'string' && cwd.startsWith('/') ? cwd : undefined,
    changedVariables: Array.isArray(changed) ? changed.filter((name) => typeof name === 'string') : [],
  }
}

export function titleOf(subject: PermissionSubject, params: PermissionParams, harnessName: string): string {
  switch (subject.kind) {
    case 'command':
      return `${harnessName} wants to run a command`
    case 'edit':
      return subject.files.length === 1
        ? `${harnessName} wants to change ${subject.files[0]?.path ?? 'a file'}`
        : `${harnessName} wants to change ${subject.files.length} files`
    case 'tool':
      return `${harnessName} wants to use ${subject.tool}`
    case 'question':
      return params.toolCall.title ?? `${harnessName} asks how to go on`
  }
}
