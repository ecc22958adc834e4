/** Words of the budgets and prices in the settings. */
export const budgetWords = {
  title: 'Budgets',
  text: 'In US dollars. Months are those of the calendar in UTC. What a model call costs is known once it is over, so a limit can be passed by the call that reaches it.',
  onlyAdmins: 'Only admins set budgets.',
  run: 'One run',
  runHint: 'A run that names no budget stops and asks when it has spent this.',
  month: 'The team’s month',
  monthHint:
    'Once it is spent, no turn starts and what goes on comes to a stop, until an admin raises it or the month ends.',
  person: 'Each person’s month',
  personHint: 'For the runs that somebody has started. Some people can have another limit below.',
  ofPerson: (name: string) => `${name}, a month`,
  people: 'People with a limit of their own',
  addPerson: 'Add a person',
  choosePerson: 'Person',
  none: 'No limit',
  amount: 'Write an amount above 0, such as 5 or 2.50. Empty: no limit.',
  changes: 'Who set what',
  changed: (who: string, what: string, usd: string | undefined) =>
    usd === undefined ? `${who} took the limit of ${what} away` : `${who} set ${what} to ${usd}`,
  scopes: { run: 'one run', month: 'the team’s month', person: 'each person’s month' },
  scopeOf: (name: string) => `${name}’s month`,
  somebody: 'Somebody',
  prices: 'Prices of your own',
  pricesText: (day: string) =>
    `Where an agent does not tell what it costs, published prices of ${day} are taken. Set your own for other models, and for endpoints of your own. They hold from now on.`,
  model: 'Model',
  modelHint: 'Its id; “*” at the end takes every id that begins so.',
  input: 'Input',
  output: 'Output',
  cached: 'Cached input',
  perMillion: 'US dollars for a million tokens',
  priceLine: (input: string, output: string, cached: string | undefined) =>
    `${input} in · ${output} out${cached === undefined ? '' : ` · ${cached} cached`}`,
  addPrice: 'Add a price',
  remove: (what: string) => `Remove ${what}`,
  priceWrong: 'Write a model, and amounts of 0 or more for input and output.',
} as const
