/** What a person is called where no name stands. */
export const peopleWords = {
  you: 'You',
  somebody: 'Somebody outside of the team',
} as const
