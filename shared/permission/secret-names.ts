import { shownWord, type Word } from './command-types.ts'

/** Names of files that are known to hold keys and passwords; examples and templates of them aren't meant. */
export function isSecretName(path: string): boolean {
  return secretName.test(path) && !/example|sample|template/.test(path)
}

/** Whether a word names such a file, or is a pattern that can match one; `HEAD:.env` names one in a revision. */
export function canNameSecret(word: Word): boolean {
  const text = shownWord(word)
  if (isSecretName(text) || isSecretName(text.slice(text.lastIndexOf(':') + 1))) return true
  if (typeof word === 'string' || word.kind !== 'glob') return false
  const pattern =
    text
      .replace(/["'\\]/g, '')
      .split('/')
      .at(-1) ?? ''
  // `*` alone stands for whatever is there, as the folder itself would.
  if (!/^\.|[A-Za-z]/.test(pattern)) return false
  const source = pattern
    .replace(/[@?*+!]\(.*\)/g, '*')
    .replace(/\[[^\]]*\]/g, '?')
    .replace(/[.+^${}()|[\]]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const matches = new RegExp(`^${source}$`)
  return known.some((name) => matches.test(name) && name.startsWith('.') === pattern.startsWith('.'))
}

const known = ['.env', '.env.local', '.npmrc', '.pypirc', '.netrc', '.git-credentials', 'credentials', 'id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', '\u00ff.pem', '\u00ff.key', '\u00ff.p12', '\u00ff.pfx'] // prettier-ignore

const secretName =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|credentials|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:pem|key|p12|pfx))$/
