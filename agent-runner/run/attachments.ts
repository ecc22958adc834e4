import { attachmentTypeOf, mimeTypeOf } from '#shared/domain/attachment-type.ts'
import { isPicture, type Attachment } from '#shared/domain/attachment.ts'
import type { PromptBlock } from '../harness/acp-session.ts'
import type { FetchBlob } from '../link/fetch-blob.ts'
import { runScript } from '../own-agent/inside/script.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Transcript } from './transcript.ts'

/** A device that was cut off while it sent a file has so long to come back; then the message goes without it. */
const patienceMs = 10 * 60_000
/** A text up to this stands in the prompt itself, where the harness takes that. */
const embeddedBytes = 64_000

/** Written beside and moved, as the sandbox's user: a link that the agent made there leads only where that user may go. */
const place = 'mkdir -p -- "$1" && cat > "$1/.part" && mv -f -- "$1/.part" "$1/$2"'

type Here = {
  readonly attachment: Attachment
  readonly content: Uint8Array
  /** As the agent sees it; `undefined`: it could not be put there. */
  readonly path: string | undefined
}

export interface AttachmentDeps {
  readonly fetchBlob: FetchBlob
  readonly sandbox: Sandbox
  readonly transcript: Transcript
  /** Says when the turn is over. */
  readonly signal: AbortSignal
  /** What the harness takes in a prompt, by its own word. */
  readonly takes: { readonly images: boolean; readonly texts: boolean }
}

/**
 * What goes to the agent with a message. All files are put into its home folder, outside of every repository; pictures, and texts that are short, stand
 * in the prompt too where the harness takes them, and the others are referred to by path.
 */
export async function bringAttachments(
  deps: AttachmentDeps,
  attachments: readonly Attachment[],
): Promise<readonly PromptBlock[]> {
  if (attachments.length === 0) return []
  const { transcript } = deps
  let told = false
  const onWaiting = (): void => {
    if (told) return
    told = true
    transcript.notice('info', 'The agent waits for files of this message that are still on their way to the server.')
  }
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(patienceMs)])
  const lines: string[] = []
  const blocks: PromptBlock[] = []
  for (const attachment of attachments) {
    const content = await deps.fetchBlob(attachment.blob, { signal, onWaiting })
    deps.signal.throwIfAborted()
    if (content === undefined) {
      lines.push(`- ${attachment.name}: did not arrive`)
      transcript.notice('warning', `${attachment.name} did not arrive, so the message went to the agent without it.`)
      continue
    }
    const here = { attachment, content, path: await putInto(deps.sandbox, attachment, content) }
    if (here.path === undefined)
      transcript.notice('warning', `${attachment.name} could not be put into the agent’s home folder.`)
    const block = blockOf(here, deps.takes)
    if (block !== undefined) blocks.push(block)
    lines.push(lineOf(here, block !== undefined))
  }
  return [{ type: 'text', text: ['Files that came with the message:', ...lines].join('\n') }, ...blocks]
}

function lineOf({ attachment: { name }, path }: Here, isShown: boolean): string {
  if (path === undefined) return isShown ? `- ${name}` : `- ${name}: it could not be stored here`
  return `- ${name}: ${path}`
}

function blockOf(
  { attachment: { name }, content, path }: Here,
  takes: AttachmentDeps['takes'],
): PromptBlock | undefined {
  // By its bytes: what a device said of it is not taken on trust.
  const type = attachmentTypeOf(content)
  const uri = `file://${encodeURI(path ?? `/${name}`)}`
  if (isPicture({ type }))
    return takes.images
      ? { type: 'image', data: Buffer.from(content).toString('base64'), mimeType: mimeTypeOf(type), uri }
      : undefined
  if (type !== 'text' || !takes.texts || content.byteLength > embeddedBytes) return undefined
  const text = Buffer.from(content).toString('utf8')
  return { type: 'resource', resource: { uri, mimeType: mimeTypeOf(type), text } }
}

async function putInto(sandbox: Sandbox, { blob, name }: Attachment, content: Uint8Array): Promise<string | undefined> {
  const folder = `${sandbox.home}/attachments/${blob.slice(0, 12)}`
  const done = await runScript(sandbox, place, { args: [folder, name], stdin: content }).catch(() => undefined)
  return done?.code === 0 ? `${folder}/${name}` : undefined
}
