import { z } from 'zod'
import { BlobHash, EnvironmentId } from '../ids.ts'

/** Files of a workspace that are listed; more are left out. */
export const listedPathsLimit = 100_000

/** The files of a workspace that git does not ignore. `blob`: their paths from its root, one a line, sorted, in UTF-8, packed by gzip. */
export const WorkspacePaths = z.object({
  blob: BlobHash,
  count: z.number().int().nonnegative(),
  /** There are more. */
  cut: z.boolean().optional(),
  /** What is defined in them, as `writeSymbols` writes it, packed by gzip. It is read after the paths were told. */
  symbols: z.object({ blob: BlobHash, count: z.number().int().positive(), cut: z.boolean().optional() }).optional(),
})
export type WorkspacePaths = z.infer<typeof WorkspacePaths>

/** Row `paths` of a run's space, as its workspace is; row `environment-paths/<id>` of a team's, as the last run in that environment had it. */
export const PathsRow = WorkspacePaths.extend({ at: z.number() })
export type PathsRow = z.infer<typeof PathsRow>
export const EnvironmentPaths = PathsRow.extend({ environmentId: EnvironmentId })
export type EnvironmentPaths = z.infer<typeof EnvironmentPaths>
