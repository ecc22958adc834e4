/** Whatever it holds, it is shown as text or saved, never run in our origin. */
export const blobHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'content-disposition': 'attachment',
  'content-security-policy': 'sandbox',
} as const
