/** Words of the shared parts. */
export const uiWords = {
  cancel: 'Cancel',
  close: 'Close',
  back: 'Back',
  loading: 'Loading',
  notices: 'Notices',
  details: 'Details',
  retry: 'Try again',
} as const
