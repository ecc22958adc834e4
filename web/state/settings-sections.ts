/** Parts of the settings, in order; each is a page of its own: `/settings/<name>`. */
export const settingsSections = [
  'account',
  'notifications',
  'devices',
  'team',
  'profiles',
  'agents',
  'budgets',
  'runners',
  'device',
] as const
export type SettingsSection = (typeof settingsSections)[number]
