/** What a person is called where no name stands. */
export const peopleWords = {
  you: 'You',
  somebody: 'Somebody who left the team',
} as const
