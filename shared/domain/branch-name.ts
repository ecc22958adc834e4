import { z } from 'zod'

export const branchLimit = 250

/** The rules of git-check-ref-format(1) for a branch, and no name that git would take for an option. */
export function isBranchName(text: string): boolean {
  return (
    text !== '' &&
    text.length <= branchLimit &&
    !/[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[-/.]|[/.]$|^@$/.test(text)
  )
}

export const BranchName = z.string().max(branchLimit).refine(isBranchName)
