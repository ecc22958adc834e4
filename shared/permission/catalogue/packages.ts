import type { Word } from '../command-types.ts'
import { cut, known, meaning, names, runsCode, type Meaning, type Rule, type Rules } from './meaning.ts'

const installs = 'Install scripts of packages run.'

/** Package managers, build tools, and programs that run code of the workspace. */
export const packageRules: Rules = {
  npm: node('npm'),
  pnpm: node('pnpm'),
  yarn: node('yarn'),
  bun: node('bun'),
  npx: runner(),
  pnpx: runner(),
  bunx: runner(),
  uvx: runner(),
  pipx: runner(),
  pip: pip,
  pip3: pip,
  uv: (args) => {
    const words = known(args)
    if (words?.[0] === 'pip') return pip(words.slice(1), 'pip')
    const [verb, ...rest] = words ?? []
    if (verb === 'sync' || verb === 'lock')
      return meaning('network', 'Downloads and installs the packages of the project.')
    if (verb === 'add') return meaning('network', `Adds ${packages(rest)} to the project and installs it. ${installs}`)
    if (verb === 'remove') return meaning('writes', `Removes ${packages(rest)} from the project.`)
    return verb === 'run' ? runsCode(`Runs ${names(rest.slice(0, 1))}.`) : undefined
  },
  poetry: (args) => {
    const [verb, ...rest] = known(args) ?? []
    if (verb === 'install' || verb === 'update') return meaning('network', `Downloads and installs the packages of the project. ${installs}`) // prettier-ignore
    if (verb === 'add') return meaning('network', `Adds ${packages(rest)} to the project and installs it. ${installs}`)
    if (verb === 'remove') return meaning('writes', `Removes ${packages(rest)} from the project.`)
    if (verb === 'show' && rest.length === 0) return runsCode('Lists packages. Plugins of Poetry run.')
    if (verb === 'publish') return publishes(rest)
    return verb === 'run' ? runsCode(`Runs ${names(rest.slice(0, 1))}.`) : undefined
  },
  cargo: (args) => {
    const [verb, ...rest] = known(args) ?? []
    if (verb === 'build' || verb === 'check' || verb === 'clippy') {
      return runsCode('Builds the project. Its build scripts run.', { similar: 2 })
    }
    if (verb === 'test' || verb === 'bench') return runsCode('Builds the project and runs its tests.', { similar: 2 })
    if (verb === 'run') return runsCode('Builds the project and runs it.')
    if (verb === 'fmt') return rest.includes('--check') ? runsCode('Checks the format of the code, with the tools that the project names.') : meaning('writes', 'Formats the code of the project.') // prettier-ignore
    if (verb === 'add') return meaning('network', `Adds ${packages(rest)} to Cargo.toml.`)
    if (verb === 'install') return meaning('network', `Downloads, builds and installs ${packages(rest)}. ${installs}`)
    if (verb === 'update' || verb === 'fetch') return meaning('network', 'Downloads packages.')
    if (verb === 'clean' && rest.length === 0) return meaning('deletes', 'Deletes what was built.', { deletes: ['target'], danger: true }) // prettier-ignore
    return verb === 'publish' ? publishes(rest) : undefined
  },
  go: (args) => {
    const [verb, second, ...rest] = known(args) ?? []
    const words = [second ?? '', ...rest]
    if (words.some((word) => /^-{1,2}(?:exec|toolexec|overlay|modfile|C)\b/.test(word))) return undefined
    if (verb === 'build') return meaning('writes', 'Builds the program.', {})
    if (verb === 'test') return runsCode('Builds the project and runs its tests.', { similar: 2 })
    if (verb === 'run' || verb === 'generate') return runsCode('Runs code of the project.')
    if (verb === 'fmt') return meaning('writes', 'Formats the code of the project.')
    if (verb === 'get' || verb === 'install') return meaning('network', `Downloads ${packages(words)}.`)
    if (verb === 'mod' && (second === 'tidy' || second === 'download')) return meaning('network', 'Downloads modules.')
    if (verb === 'version' || verb === 'env') return words.some((word) => word.startsWith('-')) ? undefined : meaning('network', 'Shows settings of Go. Go may download the version that the project names.') // prettier-ignore
    return undefined
  },
  make: (args) => {
    const words = known(args)
    if (words === undefined) return undefined
    const targets = words.filter((word) => !word.startsWith('-') && !word.includes('='))
    return runsCode(targets.length === 0 ? 'Runs the Makefile.' : `Runs ${names(targets)} of the Makefile.`)
  },
  node: interpreter(/^(?:-e|--eval|-p|--print|-pe)$/),
  deno: (args) => (args.length === 1 && args[0] === '--version' ? meaning('reads', 'Shows a version.') : undefined),
  python: interpreter(/^-c$/),
  python3: interpreter(/^-c$/),
  ruby: interpreter(/^-e$/),
  perl: interpreter(/^-e$/),
  php: interpreter(/^-r$/),
  vitest: tests,
  jest: tests,
  pytest: tests,
  tsc: (args) => {
    const words = known(args)
    if (words === undefined) return undefined
    // With `incremental`, it notes what it did in a file that the settings name.
    if (words[0] === '--noEmit' && words[1] !== 'false') return meaning('writes', 'Checks types, and may note what it did in a file.', { similar: 1 }) // prettier-ignore
    return meaning('writes', 'Checks types and writes the built files.')
  },
}

function node(program: string): Rule {
  return (args) => {
    const words = known(args)
    if (words === undefined) return undefined
    const [verb, ...rest] = words
    // `--prefix`, `--userconfig`, `--script-shell` and the like change where and how it works.
    if (verb === undefined) return program === 'yarn' ? everything('') : undefined
    // The others than npm may run what the project names as their version.
    const shows = program === 'npm' ? 'reads' : 'runs'
    if (verb.startsWith('-'))
      return rest.length === 0 && /^(?:-v|--version)$/.test(verb) ? meaning(shows, 'Shows a version.') : undefined
    const own = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length)
    if (own.some((word) => /^--?(?:prefix|userconfig|globalconfig|script-shell|node-options|cwd|dir|C)\b/.test(word))) return undefined // prettier-ignore
    switch (verb) {
      case 'ci':
        return everything('Deletes node_modules first. ')
      case 'install':
      case 'i':
      case 'add':
        return packagesOf(rest).length === 0 ? everything('') : meaning('network', `Downloads and installs ${packages(rest)}. ${scripts(rest)}`) // prettier-ignore
      case 'uninstall':
      case 'remove':
      case 'rm':
        return meaning('writes', `Removes ${packages(rest)} from the project.`)
      case 'update':
      case 'up':
      case 'upgrade':
        return meaning('network', `Downloads and installs newer packages. ${scripts(rest)}`)
      case 'test':
      case 't':
      case 'start':
      case 'stop':
      case 'restart':
        return runsCode(`Runs the script ${verb === 't' ? 'test' : verb} of package.json.`, { similar: 2 })
      case 'run':
      case 'run-script':
        if (rest[0] === undefined) return meaning(shows, 'Lists the scripts of package.json.')
        if (rest[0].startsWith('-') || (program === 'bun' && /[./]/.test(rest[0]))) return runsCode('Runs code of the workspace.') // prettier-ignore
        return runsCode(`Runs the script ${cut(rest[0])} of package.json.`, { similar: 3 })
      case 'exec':
      case 'dlx':
      case 'x':
      case 'create':
      case 'init':
        if (verb === 'init' && rest.every((word) => /^(?:-y|--yes)$/.test(word))) return meaning('writes', 'Makes a package.json.') // prettier-ignore
        return runsCode(`Runs ${packages(rest.slice(0, 1))}, and downloads it if it is missing.`)
      case 'publish':
        return publishes(rest)
      case 'pack':
        return runsCode('Packs the project into an archive. Its pack scripts run.')
      case 'ls':
      case 'list':
      case 'explain':
      case 'why':
      case 'root':
      case 'prefix':
        return rest.every(isPlainListing) ? meaning(shows, 'Shows installed packages.', { similar: 2 }) : undefined
      case 'outdated':
      case 'view':
      case 'info':
      case 'search':
        return meaning('network', 'Asks the registry about packages.')
      case 'audit':
        return rest.includes('fix') || rest.includes('--fix')
          ? meaning('network', `Downloads and installs newer packages. ${installs}`)
          : meaning('network', 'Asks the registry about known weaknesses.')
      case 'version':
        return rest.length === 0 ? meaning(shows, 'Shows versions.') : meaning('writes', 'Sets the version of the package, commits and tags it.') // prettier-ignore
      default:
        return undefined
    }
  }

  function everything(before: string): Meaning {
    const summary = `${before}Downloads and installs the packages of the project. ${installs}`
    return before === '' ? meaning('network', summary) : meaning('network', summary, { danger: false })
  }
}

function isPlainListing(word: string): boolean {
  return /^(?:@?[\w.][\w./@-]*|-[al]|--(?:all|json|long|parseable|depth=\d+|omit=\w+|include=\w+|prod|dev))$/.test(word)
}

function scripts(words: readonly string[]): string {
  return words.includes('--ignore-scripts') ? 'Install scripts do not run.' : installs
}

function packagesOf(words: readonly string[]): readonly string[] {
  return words.filter((word) => word !== '' && !word.startsWith('-'))
}

function packages(words: readonly string[]): string {
  const found = packagesOf(words)
  return found.length === 0 ? 'packages' : names(found)
}

function publishes(words: readonly string[]): Meaning {
  if (words.includes('--dry-run')) return meaning('runs', 'Lists what would be uploaded. Uploads nothing.')
  return meaning('network', 'Publishes the package to the registry, for others to install.', { danger: true })
}

/** What `npx` and its kin run may come from the network. */
function runner(): Rule {
  return (args, name) => {
    const words = known(args)
    const [tool] = words?.filter((word) => !word.startsWith('-')) ?? []
    if (words === undefined || tool === undefined) return undefined
    const from = name === 'pipx' && tool === 'install' ? packages(words.slice(1)) : cut(tool)
    return runsCode(`Runs ${from}, and downloads it if it is missing.`)
  }
}

function pip(args: readonly Word[], _name: string): Meaning | undefined {
  const [verb, ...rest] = known(args) ?? []
  if (verb === 'install') return meaning('network', `Downloads and installs ${packages(rest)}. ${installs}`)
  if (verb === 'uninstall') return meaning('deletes', `Removes ${packages(rest)}.`)
  if (verb === 'list' || verb === 'show' || verb === 'freeze') return rest.every((word) => /^(?:[\w.][\w.-]*|-f|--files|--format=\w+|--not-required|--user|--local)$/.test(word)) ? meaning('reads', 'Shows installed packages.') : undefined // prettier-ignore
  return verb === 'download' ? meaning('network', `Downloads ${packages(rest)}.`) : undefined
}

function interpreter(inline: RegExp): Rule {
  return (args, name) => {
    const words = known(args)
    const [first] = words ?? []
    if (words === undefined || first === undefined) return undefined
    if (words.length === 1 && /^(?:-v|-V|--version)$/.test(first)) return meaning('reads', 'Shows a version.')
    if (inline.test(first)) return runsCode(`Runs ${name} code given in the command.`)
    return first.startsWith('-') ? runsCode(`Runs ${name} code.`) : runsCode(`Runs ${cut(first)}.`)
  }
}

function tests(args: readonly Word[]): Meaning | undefined {
  return known(args) === undefined ? undefined : runsCode('Runs tests of the project.', { similar: 1 })
}
