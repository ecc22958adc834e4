import { count } from './count.ts'

/** Words of the shared parts. */
export const uiWords = {
  cancel: 'Cancel',
  close: 'Close',
  loading: 'Loading',
  notices: 'Notices',
  details: 'Details',
  optional: 'optional',
  copied: 'Copied',
  copyFailed: 'Could not copy',
  copyFailedHere: 'Could not copy. Select it instead.',
  notLoaded: 'This part of the app could not be loaded. Check the connection, then try again.',
  notKept: 'This browser could not save the change. Free some space on this device, then try again.',
  draftNotKept: 'This browser can’t keep what you type here. It is gone when the page is closed.',
  tooLong: (over: number) => `${count(over, 'character')} too long.`,
} as const
