/** Where a blob is read: `GET`, as text, by its hash. It never changes. */
export const blobPath = (hash: string): string => `/api/v1/blobs/${encodeURIComponent(hash)}`

/** All that the entry with number `n` printed, as a file: `GET`. `run` is the path of the run, or of its link. */
export const outputPath = (run: string, n: number): string => `${run}/entries/${n}/output`
