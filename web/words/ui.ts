/** Words of the shared parts. */
export const uiWords = {
  cancel: 'Cancel',
  close: 'Close',
  loading: 'Loading',
  notices: 'Notices',
  details: 'Details',
  optional: 'optional',
} as const
