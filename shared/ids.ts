import { z } from 'zod'

/**
 * Ids are UUIDs of version 7 (RFC 9562): made on the device that acts, unique without asking, and sorted by time.
 * `newId` takes its clock and randomness as arguments, so the caller's room decides where they come from.
 */
const uuid = z.uuid().toLowerCase()
/** Of accounts and teams, made by the server. */
const accountId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

export const RunId = uuid.brand<'RunId'>()
export type RunId = z.infer<typeof RunId>
export const TeamId = accountId.brand<'TeamId'>()
export type TeamId = z.infer<typeof TeamId>
export const UserId = accountId.brand<'UserId'>()
export type UserId = z.infer<typeof UserId>
export const RunnerId = uuid.brand<'RunnerId'>()
export type RunnerId = z.infer<typeof RunnerId>
export const PromptId = uuid.brand<'PromptId'>()
export type PromptId = z.infer<typeof PromptId>
export const PermissionId = uuid.brand<'PermissionId'>()
export type PermissionId = z.infer<typeof PermissionId>
export const EntryId = z.string().min(1).max(80).brand<'EntryId'>()
export type EntryId = z.infer<typeof EntryId>
export const PlanId = uuid.brand<'PlanId'>()
export type PlanId = z.infer<typeof PlanId>
export const PlanVersionId = uuid.brand<'PlanVersionId'>()
export type PlanVersionId = z.infer<typeof PlanVersionId>
export const PlanCommentId = uuid.brand<'PlanCommentId'>()
export type PlanCommentId = z.infer<typeof PlanCommentId>
export const SecretId = uuid.brand<'SecretId'>()
export type SecretId = z.infer<typeof SecretId>
export const EnvironmentId = uuid.brand<'EnvironmentId'>()
export type EnvironmentId = z.infer<typeof EnvironmentId>
export const ProfileId = uuid.brand<'ProfileId'>()
export type ProfileId = z.infer<typeof ProfileId>
export const ReviewCommentId = uuid.brand<'ReviewCommentId'>()
export type ReviewCommentId = z.infer<typeof ReviewCommentId>
export const ReviewChangeId = uuid.brand<'ReviewChangeId'>()
export type ReviewChangeId = z.infer<typeof ReviewChangeId>
/** Of a terminal in a run's sandbox: made by the device that opens it, or by the runner for its agent. */
export const TerminalId = uuid.brand<'TerminalId'>()
export type TerminalId = z.infer<typeof TerminalId>
export const PublishId = uuid.brand<'PublishId'>()
export type PublishId = z.infer<typeof PublishId>
export const DeliveryId = uuid.brand<'DeliveryId'>()
export type DeliveryId = z.infer<typeof DeliveryId>
export const ArtifactId = z.string().min(1).max(80).brand<'ArtifactId'>()
export type ArtifactId = z.infer<typeof ArtifactId>
/** SHA-256 of a blob's bytes, lower-case hex. */
export const BlobHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'BlobHash'>()
export type BlobHash = z.infer<typeof BlobHash>

/** UUID version 7: 48 bits of `now` (ms since epoch), then version, variant and 74 bits of `random` (10 bytes). */
export function uuidv7(now: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  let time = now
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
