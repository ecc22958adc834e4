type Lock = { readonly packages: Record<string, { readonly optional?: boolean; engines?: unknown }> }

/**
 * A lock file (its text) whose optional packages no longer name the Node they want. npm leaves out, without a word, an
 * optional package that does not want the Node which npm itself runs on. Debian 12 has Node 18, so the bundler's and the
 * linter's binaries would be missing there, although they run on the Node that the project brings.
 */
export const withoutEngines = (text: string): string => {
  const lock = JSON.parse(text) as Lock
  for (const entry of Object.values(lock.packages)) if (entry.optional === true) delete entry.engines
  return `${JSON.stringify(lock, undefined, 2)}\n`
}
