import type { Word } from '../command-types.ts'
import { known, meaning, names, readOptions, type Rules } from './meaning.ts'

/** Programs with a language of their own, as far as that language only shows. */
export const textReaders: Rules = {
  sed: (args) => {
    const spec = { flags: 'nErsuz', values: 'e', long: ['quiet', 'silent', 'regexp-extended', 'in-place'] }
    const inPlace = args.some((word) => typeof word === 'string' && /^(?:-[nErsuz]*i|--in-place)/.test(word))
    const words = args.map((word) => (typeof word === 'string' ? word.replace(/^-([nErsuz]*)i[.\w]*$/, '-$1n') : word))
    const read = readOptions(words, { ...spec, longOptional: ['in-place'] })
    if (read === undefined || args.filter((word) => word === '-e').length > 1) return undefined
    const script = read.values.get('e') ?? read.operands[0]
    const files = [...(read.values.has('e') ? read.operands : read.operands.slice(1)), ...read.files]
    if (typeof script !== 'string' || !isPlainSed(script)) return undefined
    if (!inPlace) return meaning('reads', files.length === 0 ? 'Edits its input.' : `Shows ${names(files)}, edited.`, { reads: files }) // prettier-ignore
    return files.length === 0 ? undefined : meaning('writes', `Edits ${names(files)} in place.`, { overwrites: files })
  },
  awk: (args) => {
    // Its options end at the program; what looks like one after it is a file.
    const at = args.findIndex((word, index) => !isAwkOption(word) && !isAwkValue(args, index))
    const read = readOptions(args.slice(0, Math.max(at, 0)), { values: 'Fv' })
    const [program, ...files] = at === -1 ? [] : args.slice(at)
    if (read === undefined || typeof program !== 'string' || !isPlainAwk(program)) return undefined
    if (files.some((word) => typeof word !== 'string' && word.kind !== 'glob')) return undefined
    return meaning('reads', files.length === 0 ? 'Shows parts of its input.' : `Shows parts of ${names(files)}.`, {
      reads: files,
    })
  },
  jq: (args) => {
    const words: Word[] = []
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? ''
      if (word === '--arg' || word === '--argjson') at += 2
      else words.push(word)
    }
    const read = readOptions(words, {
      flags: 'acCejMnrRsS',
      long: ['ascii-output', 'color-output', 'compact-output', 'exit-status', 'join-output', 'monochrome-output', 'null-input', 'raw-input', 'raw-output', 'raw-output0', 'slurp', 'sort-keys', 'stream', 'tab', 'version'], // prettier-ignore
      longValues: ['indent'],
    })
    const [filter, ...files] = read?.operands ?? []
    if (read === undefined || known(args) === undefined) return undefined
    // `env` and `$ENV` are the environment; `import` and `include` read files.
    if (filter !== undefined && (typeof filter !== 'string' || /\benv\b|\$ENV|\$__prog|import|include|modulemeta|get_search_list/.test(filter))) return undefined // prettier-ignore
    return meaning('reads', 'Reads JSON.', { reads: [...files, ...read.files], similar: 1 })
  },
}

/** One address and one command that only prints, deletes or replaces text: `10,20p`, `/x/d`, `s/a/b/g`. */
function isPlainSed(script: string): boolean {
  // Within brackets some take the delimiter for a letter, others for the end.
  if (script.length > 500 || /\[(?:\^?\]|[^\]]*[/|#,:;])/.test(script)) return false
  const text = String.raw`/(?:[^/\\\n]|\\[^\n])*/`
  const address = String.raw`(?:\d+|\$|${text})`
  const one = String.raw`(?:${address}(?:,(?:\+?\d+|\$|${text}))?)?!?(?:[pdq=]|s([/|#,:])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gIip0-9]*|y/(?:[^/\\\n]|\\[^\n])*/(?:[^/\\\n]|\\[^\n])*/)`
  return script.split(/;\s*(?=[\d$/spdqy])/).every((each) => new RegExp(`^\\s*${one}\\s*$`).test(each))
}

/** `|`, `>`, getline, system() and @ reach outside; some arrays hold the environment, or name what is read next. */
function isPlainAwk(program: string): boolean {
  return !/system|getline|close|fflush|extension|[|>@]|\b(?:ENVIRON|PROCINFO|SYMTAB|FUNCTAB|ARGV|ARGC|ARGIND)\b/.test(program) // prettier-ignore
}

function isAwkOption(word: Word): boolean {
  return typeof word === 'string' && word.startsWith('-')
}

function isAwkValue(args: readonly Word[], at: number): boolean {
  const before = args[at - 1]
  return before === '-F' || before === '-v'
}
