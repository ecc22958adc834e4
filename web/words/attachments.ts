import type { Overfull } from '#shared/domain/attachment.ts'
import { bytes, count } from './count.ts'

/** Words of the files that go with a message. */
export const attachmentWords = {
  attach: 'Attach files',
  drop: 'Drop to attach',
  label: 'Attached files',
  size: bytes,
  open: (name: string) => `Open ${name}`,
  save: (name: string) => `Save ${name}`,
  remove: (name: string) => `Remove ${name}`,
  removed: (name: string) => `${name} was removed.`,
  added: (of: number) => `${count(of, 'file')} attached.`,
  saveButton: 'Save',
  preparing: 'Getting files ready',
  unsent: 'Not sent to the server yet',
  refused: (why: string) => `The server does not take it: ${why}`,
  again: 'Try again',
  gone: 'This picture is not on this device. It is shown when there is a connection.',
  fileGone: 'This file is not on this device. It can be saved when there is a connection.',
  onlyFiles: (of: number) => (of === 1 ? 'See the attached file.' : 'See the attached files.'),
  shown: (agent: string) => `${agent} is shown pictures, and gets every file in its home folder.`,
  asFiles: (agent: string) => `${agent} is not shown pictures. It gets every file in its home folder, with its path.`,
  overfull: {
    files: 'A message takes 10 files.',
    pictures: 'A message takes 5 pictures.',
    run_pictures: 'A conversation takes 20 pictures.',
    twice: 'This file is attached already.',
  } satisfies Record<Overfull, string>,
  unfit: {
    empty: (name: string) => `${name} is empty.`,
    file_too_large: (name: string) => `${name} is larger than 10 MB.`,
    too_large: (name: string) => `${name} is too large for a picture: it can’t be made smaller than 3.7 MB.`,
    unreadable: (name: string) => `${name} can’t be read.`,
    not_kept: (name: string) => `${name} could not be kept on this device. Free some space, then attach it again.`,
  },
} as const
