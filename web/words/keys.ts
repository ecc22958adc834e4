/**
 * Every key of the app, in the order of the `?` sheet. A binding is named `n`, `g r` (one after the other), `Mod+k` (Ctrl, on Apple’s machines ⌘)
 * or `ArrowDown`; only what stands here can be bound (`BoundKey`), so the sheet can’t fall behind.
 */
export const keyGroups = [
  {
    title: 'Everywhere',
    keys: [
      { bind: ['Mod+k'], does: 'Find a run, a plan, a page or an action' },
      { bind: ['n'], does: 'New run' },
      { bind: ['p'], does: 'New plan' },
      { bind: ['g r'], does: 'Go to runs' },
      { bind: ['g p'], does: 'Go to plans' },
      { bind: ['g i'], does: 'Go to the inbox' },
      { bind: ['g u'], does: 'Go to usage' },
      { bind: ['g e'], does: 'Go to environments' },
      { bind: ['g o'], does: 'Go to the outbox' },
      { bind: ['g s'], does: 'Go to settings' },
      { bind: ['?'], does: 'Show these keys' },
      { bind: ['Escape'], does: 'Close, or leave a text field' },
    ],
  },
  {
    title: 'In the runs list',
    keys: [
      { bind: ['/'], does: 'Search' },
      { bind: ['j', 'ArrowDown'], does: 'Next run' },
      { bind: ['k', 'ArrowUp'], does: 'Previous run' },
      { bind: ['Home'], does: 'First run' },
      { bind: ['End'], does: 'Last run' },
      { bind: ['Enter'], does: 'Open' },
    ],
  },
  {
    title: 'In the plans list',
    keys: [
      { bind: ['/'], does: 'Search' },
      { bind: ['j', 'ArrowDown'], does: 'Next plan' },
      { bind: ['k', 'ArrowUp'], does: 'Previous plan' },
      { bind: ['Enter'], does: 'Open' },
      { bind: ['e'], does: 'Archive, or take out of the archive' },
    ],
  },
  {
    title: 'On a plan',
    keys: [
      { bind: ['i'], does: 'Write' },
      { bind: ['c'], does: 'Comment on what is selected, or on the plan' },
      { bind: ['Mod+f'], does: 'Find words in the plan' },
      { bind: ['Escape'], does: 'Leave the text' },
    ],
  },
  {
    title: 'In the outbox',
    keys: [
      { bind: ['j', 'ArrowDown'], does: 'Next change' },
      { bind: ['k', 'ArrowUp'], does: 'Previous change' },
    ],
  },
  {
    title: 'In the inbox',
    keys: [
      { bind: ['j', 'ArrowDown'], does: 'Next notification' },
      { bind: ['k', 'ArrowUp'], does: 'Previous notification' },
      { bind: ['Enter'], does: 'Open' },
      { bind: ['e'], does: 'Archive' },
      { bind: ['u'], does: 'Mark as unread, or as read' },
      { bind: ['Shift+Tab'], does: 'Next filter, from a notification' },
      { bind: ['Escape'], does: 'Leave' },
    ],
  },
  {
    title: 'On a run',
    keys: [
      { bind: ['End'], does: 'To the end of the transcript' },
      { bind: ['j'], does: 'Next entry, in the transcript' },
      { bind: ['k'], does: 'Previous entry, in the transcript' },
      { bind: ['i'], does: 'Write a message' },
      { bind: ['Mod+f'], does: 'Find words in the transcript' },
    ],
  },
  {
    title: 'On the changes of a run',
    keys: [
      { bind: ['j', 'ArrowDown'], does: 'Next part' },
      { bind: ['k', 'ArrowUp'], does: 'Previous part' },
      { bind: ['ArrowRight'], does: 'Next file' },
      { bind: ['ArrowLeft'], does: 'Previous file' },
      { bind: ['c'], does: 'Comment on the part' },
      { bind: ['x'], does: 'Mark the file as viewed, or not' },
      { bind: ['a'], does: 'Accept the part' },
      { bind: ['r'], does: 'Reject the part' },
      { bind: ['e'], does: 'Edit the file' },
      { bind: ['Mod+Enter'], does: 'Send or save what is written; else send the comments' },
    ],
  },
  {
    title: 'In a terminal',
    keys: [{ bind: ['F6'], does: 'Leave the terminal' }],
  },
  {
    title: 'On a question',
    keys: [
      { bind: ['a'], does: 'Allow once' },
      { bind: ['s'], does: 'Allow similar in this run' },
      { bind: ['d'], does: 'Deny' },
      { bind: ['m'], does: 'Deny with a message' },
    ],
  },
  {
    title: 'While writing',
    keys: [
      { bind: ['Enter'], does: 'Send the message' },
      { bind: ['Mod+j'], does: 'Queue messages, or send them now' },
      { bind: ['Shift+Enter'], does: 'New line in the message' },
      { bind: ['Mod+Enter'], does: 'Start the run, send or save what is written' },
    ],
  },
  {
    title: 'On the handle of a queued message',
    keys: [
      { bind: ['ArrowUp'], does: 'Earlier' },
      { bind: ['ArrowDown'], does: 'Later' },
    ],
  },
] as const

/** A key that the sheet names, and so the only kind that can be bound. */
export type BoundKey = (typeof keyGroups)[number]['keys'][number]['bind'][number]
