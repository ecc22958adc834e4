import type { Word } from '../command-types.ts'
import { cut, isSafeGlob, known, meaning, names, readOptions, type Meaning, type Rules } from './meaning.ts'

/** Programs that make, change, move and delete files. */
export const fileRules: Rules = {
  rm: (args) => {
    const long = ['recursive', 'force', 'verbose', 'dir', 'one-file-system', 'preserve-root', 'no-preserve-root']
    // Any glob will do: what matches is deleted, and an odd name among it only adds an option of `rm`.
    const read = readOptions(args.map(plainGlob), { flags: 'rRfvdiI', long })
    if (read === undefined || read.operands.length === 0) return undefined
    const operands = args.filter((word) => typeof word !== 'string' || read.operands.includes(word))
    return meaning('deletes', `Deletes ${names(operands)}.`, { danger: true, deletes: operands })
  },
  rmdir: (args) => {
    const read = readOptions(args, { flags: 'pv', long: ['parents', 'verbose', 'ignore-fail-on-non-empty'] })
    if (read === undefined || read.operands.length === 0) return undefined
    return meaning('deletes', `Removes ${names(read.operands)} if empty.`, { writes: read.operands })
  },
  unlink: (args) => {
    const paths = known(args)
    if (paths?.length !== 1 || paths[0]?.startsWith('-') === true) return undefined
    return meaning('deletes', `Deletes ${names(args)}.`, { danger: true, deletes: args })
  },
  cp: (args) => {
    const long = ['archive', 'recursive', 'force', 'no-clobber', 'update', 'verbose', 'preserve', 'parents']
    const spec = { flags: 'aRrfnpudvLPT', values: 't', long, longValues: ['target-directory'] }
    return transfer(args, 'Copies', { ...spec, longOptional: ['preserve', 'update'] })
  },
  mv: (args) => {
    const long = ['force', 'no-clobber', 'update', 'verbose']
    return transfer(args, 'Moves', { flags: 'fnuvT', values: 't', long, longValues: ['target-directory'] })
  },
  mkdir: (args) => {
    const read = readOptions(args, { flags: 'pv', values: 'm', long: ['parents', 'verbose'], longValues: ['mode'] })
    if (read === undefined || read.operands.length === 0) return undefined
    return meaning('writes', `Makes the folder ${names(read.operands)}.`, { similar: 1, writes: read.operands })
  },
  touch: (args) => {
    const read = readOptions(args, { flags: 'acm', values: 'dtr', longValues: ['date', 'reference'] })
    if (read === undefined || read.operands.length === 0) return undefined
    const summary = `Makes ${names(read.operands)}, or sets the time on what exists.`
    return meaning('writes', summary, { similar: 1, writes: read.operands })
  },
  ln: (args) => {
    const read = readOptions(args, { flags: 'sfnrvT', long: ['symbolic', 'force', 'relative', 'no-dereference'] })
    if (read === undefined || read.operands.length === 0) return undefined
    const [target, link] = read.operands
    if (link === undefined) return meaning('writes', `Makes a link to ${names(read.operands)}.`)
    return meaning('writes', `Makes the link ${names([link])} to ${names([target ?? ''])}.`, {
      overwrites: read.options.has('f') || read.options.has('force') ? [link] : [],
    })
  },
  chmod: (args) => {
    const words = args.map((word) => (typeof word === 'string' && /^-[rwxXst]+$/.test(word) ? `u${word}` : word))
    const read = readOptions(words, { flags: 'Rvcf', long: ['recursive', 'verbose', 'changes'] })
    const [mode, ...paths] = read?.operands ?? []
    if (read === undefined || typeof mode !== 'string' || paths.length === 0) return undefined
    const all = read.options.has('R') || read.options.has('recursive') ? ' and all below it' : ''
    return meaning('writes', `Sets the access rights of ${names(paths)}${all} to ${cut(mode)}.`, {
      danger: /^[0-7]*[2367]$|(?:^|,)(?:[ugo]*[ao][ugo]*)?[+=][rxX]*w/.test(mode),
      writes: paths,
    })
  },
  chown: owner,
  chgrp: owner,
  tee: (args) => {
    const read = readOptions(args, { flags: 'ai', long: ['append'] })
    if (read === undefined) return undefined
    if (read.operands.length === 0) return meaning('reads', 'Passes its input on.')
    if (read.options.has('a') || read.options.has('append')) {
      return meaning('writes', `Appends to ${names(read.operands)}.`, { writes: read.operands })
    }
    return meaning('writes', `Writes its input to ${names(read.operands)}.`, { overwrites: read.operands })
  },
  truncate: (args) => {
    const read = readOptions(args, { flags: 'c', values: 'sr', long: ['no-create'], longValues: ['size', 'reference'] })
    if (read === undefined || read.operands.length === 0) return undefined
    const summary = `Cuts or extends ${names(read.operands)} to a given size.`
    return meaning('writes', summary, { danger: true, overwrites: read.operands })
  },
  dd: (args) => {
    const words = known(args)
    if (words === undefined || !words.every((word) => /^(?:if|of|bs|count|skip|seek|conv|status|iflag|oflag|ibs|obs)=/.test(word))) return undefined // prettier-ignore
    // The last of two counts.
    if (new Set(words.map((word) => word.split('=')[0])).size < words.length) return undefined
    const output = words.find((word) => word.startsWith('of='))?.slice(3)
    const input = words.find((word) => word.startsWith('if='))?.slice(3)
    const reads = input === undefined ? [] : [input]
    if (output === undefined) return meaning('reads', 'Copies bytes to the output.', { reads })
    const danger = output.startsWith('/dev/') && output !== '/dev/null'
    return meaning('writes', `Writes bytes over ${cut(output)}.`, { danger, reads, overwrites: [output] })
  },
  tar: (args) => {
    const words = [...args]
    // Without a dash, the letters take their values from the words behind, each in its turn.
    if (typeof words[0] === 'string' && /^[a-zA-Z]+$/.test(words[0])) {
      if (!/^[^fC]+[fC]?$/.test(words[0])) return undefined
      words[0] = `-${words[0]}`
    }
    const long = ['extract', 'create', 'list', 'verbose', 'gzip', 'xz', 'bzip2', 'zstd', 'keep-old-files']
    const longValues = ['file', 'directory', 'strip-components', 'exclude']
    const read = readOptions(words, { flags: 'xctvzjJkpma', values: 'fC', long, longValues })
    if (read === undefined) return undefined
    const archive = read.values.get('f') ?? read.values.get('file') ?? 'its input'
    const into = read.values.get('C') ?? read.values.get('directory')
    // What stands before a colon is a machine, and reaching it runs a program.
    if (archive.includes(':')) return undefined
    const has = (letter: string, name: string): boolean => read.options.has(letter) || read.options.has(name)
    if (has('x', 'extract')) {
      const place = into === undefined ? '' : ` into ${cut(into)}`
      const summary = `Unpacks ${cut(archive)}${place}. Files of the same name are overwritten.`
      return meaning('writes', summary, { writes: into === undefined ? [] : [into] })
    }
    if (has('c', 'create')) {
      const reads = [...read.operands, ...read.files, ...(into === undefined ? [] : [into])]
      if (archive === 'its input' || archive === '-') return meaning('reads', 'Packs files to the output.', { reads })
      return meaning('writes', `Packs files into ${cut(archive)}.`, { reads, overwrites: [archive] })
    }
    const reads = archive === 'its input' ? read.files : [archive, ...read.files]
    return has('t', 'list') ? meaning('reads', `Lists what ${cut(archive)} holds.`, { reads }) : undefined
  },
  unzip: (args) => {
    const read = readOptions(args, { flags: 'loqnjvt', values: 'dx' })
    const [archive] = read?.operands ?? []
    if (read === undefined || archive === undefined) return undefined
    if (read.options.has('l') || read.options.has('t')) return meaning('reads', `Lists what ${names([archive])} holds.`, { reads: [archive, ...read.files] }) // prettier-ignore
    const into = read.values.get('d')
    const over = read.options.has('n') ? 'Files that exist are kept.' : 'Files of the same name are overwritten.'
    const place = into === undefined ? '' : ` into ${cut(into)}`
    return meaning('writes', `Unpacks ${names([archive])}${place}. ${over}`, {
      writes: into === undefined ? [] : [into],
    })
  },
  zip: (args) => {
    const read = readOptions(args, { flags: 'rqjy0123456789', values: 'x' })
    const [archive, ...files] = read?.operands ?? []
    if (archive === undefined || files.length === 0) return undefined
    return meaning('writes', `Packs ${names(files)} into ${names([archive])}.`, { reads: files, overwrites: [archive] })
  },
  rsync: (args) => {
    const long = ['archive', 'recursive', 'verbose', 'compress', 'delete', 'dry-run', 'checksum', 'progress', 'update', 'stats', 'partial'] // prettier-ignore
    const read = readOptions(args, { flags: 'arvzhnctulpgoDPuq', long, longValues: ['exclude', 'include'] })
    const paths = known(read?.operands ?? [])
    const target = paths?.at(-1)
    if (read === undefined || paths === undefined || target === undefined || paths.length < 2) return undefined
    const remote = paths.some((path) => /^(?:[^/]+:|rsync:)/.test(path))
    const from = names(paths.slice(0, -1))
    if (read.options.has('n') || read.options.has('dry-run')) {
      return meaning(remote ? 'network' : 'reads', `Lists what would be copied from ${from} to ${cut(target)}.`, { reads: remote ? [] : paths }) // prettier-ignore
    }
    if (read.options.has('delete')) {
      const summary = `Copies ${from} to ${cut(target)}, and deletes what is only in ${cut(target)}.`
      return meaning('deletes', summary, { danger: true, overwrites: remote ? [] : [target] })
    }
    const reads = paths.slice(0, -1)
    return remote
      ? meaning('network', `Copies ${from} to ${cut(target)} over the network.`)
      : meaning('writes', `Copies ${from} to ${cut(target)}.`, { reads, overwrites: [target] })
  },
}

function plainGlob(word: Word): Word {
  return typeof word !== 'string' && word.kind === 'glob' ? './glob' : word
}

function transfer(
  args: readonly Word[],
  verb: 'Copies' | 'Moves',
  spec: Parameters<typeof readOptions>[1],
): Meaning | undefined {
  const read = readOptions(args, spec)
  if (read === undefined) return undefined
  const folder = read.values.get('t') ?? read.values.get('target-directory')
  const target = folder ?? read.operands.at(-1)
  const sources = folder === undefined ? read.operands.slice(0, -1) : read.operands
  if (target === undefined || typeof target !== 'string' || sources.length === 0) return undefined
  if (sources.some((word) => typeof word !== 'string' && !isSafeGlob(word))) return undefined
  const keeps = read.options.has('n') || read.options.has('no-clobber')
  return meaning('writes', `${verb} ${names(sources)} to ${cut(target)}.`, {
    reads: sources,
    overwrites: keeps ? [] : [target],
  })
}

function owner(args: readonly Word[]): Meaning | undefined {
  const read = readOptions(args, { flags: 'Rvhcf', long: ['recursive', 'verbose', 'no-dereference'] })
  const [who, ...paths] = read?.operands ?? []
  if (typeof who !== 'string' || paths.length === 0) return undefined
  return meaning('writes', `Gives ${names(paths)} to ${cut(who)}.`, { writes: paths })
}
