/** Where a blob is read: `GET`, as text, by its hash. It never changes. */
export const blobPath = (hash: string): string => `/api/v1/blobs/${encodeURIComponent(hash)}`
