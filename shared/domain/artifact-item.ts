import { z } from 'zod'
import type { Artifact } from './transcript.ts'

const created = { created_at: z.iso.datetime() }
const external = z.object({
  reference_type: z.string().max(256),
  url: z.string().max(2048),
  title: z.string().optional(),
})

/** What came of a run, as the REST API tells it. A commit and a branch are references to elsewhere. */
export const ArtifactItem = z.discriminatedUnion('artifact_type', [
  z.object({
    artifact_type: z.literal('PULL_REQUEST'),
    ...created,
    data: z.object({ url: z.string().max(2000), branch: z.string().max(250) }),
  }),
  z.object({
    artifact_type: z.literal('PLAN'),
    ...created,
    data: z.object({ document_uid: z.string(), title: z.string().optional() }),
  }),
  z.object({
    artifact_type: z.literal('FILE'),
    ...created,
    data: z.object({
      artifact_uid: z.string(),
      filepath: z.string(),
      filename: z.string(),
      mime_type: z.string(),
      title: z.string().optional(),
      description: z.string().optional(),
      size_bytes: z.number().int().optional(),
    }),
  }),
  z.object({ artifact_type: z.literal('EXTERNAL_REFERENCE'), ...created, data: external }),
])
export type ArtifactItem = z.infer<typeof ArtifactItem>

/** `undefined` for what nobody outside could follow: a commit that was pushed nowhere. */
export function artifactItem(artifact: Artifact): ArtifactItem | undefined {
  const { id, kind, title, detail, url, planId, bytes, mimeType, at, branch = '' } = artifact
  const created_at = new Date(at).toISOString()
  if (kind === 'pull_request')
    return url === undefined ? undefined : { artifact_type: 'PULL_REQUEST', created_at, data: { url, branch } }
  if (planId !== undefined) return { artifact_type: 'PLAN', created_at, data: { document_uid: planId, title } }
  if (kind === 'file' || kind === 'diff') {
    const name = kind === 'diff' ? 'changes.diff' : (title.split('/').at(-1) ?? title)
    return {
      artifact_type: 'FILE',
      created_at,
      data: {
        artifact_uid: id,
        filepath: kind === 'diff' ? name : title,
        filename: name,
        mime_type: mimeType ?? 'application/octet-stream',
        title,
        ...(detail === undefined ? {} : { description: detail }),
        ...(bytes === undefined ? {} : { size_bytes: bytes }),
      },
    }
  }
  if (url === undefined) return undefined
  return { artifact_type: 'EXTERNAL_REFERENCE', created_at, data: { reference_type: kind, url, title } }
}
