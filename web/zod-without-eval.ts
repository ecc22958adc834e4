import { config } from 'zod/v4'

// Zod asks whether it may compile code by trying to, which our content security policy refuses and the browser reports as an issue of the
// page. The build puts this in place of `zod`, so that it stands before the first schema.
config({ jitless: true })

export * from 'zod/v4'
