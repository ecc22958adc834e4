import type { Word } from '../command-types.ts'
import { isHarmlessVariable } from '../variable-names.ts'
import { cannotTell, cut, known, meaning, names, readOptions, runsCode, type Meaning, type Rule, type Rules } from './meaning.ts' // prettier-ignore

/** The network, other machines, processes, services, containers, and the shell itself. */
export const systemRules: Rules = {
  curl,
  wget,
  ssh: (args) => {
    const read = readOptions(args, { flags: 'tTqACvnNfx46', values: 'pilLRDJ' })
    const [host, ...command] = read?.operands ?? []
    if (typeof host !== 'string') return undefined
    const what = command.length === 0 ? `Opens a shell on ${cut(host)}.` : `Runs a command on ${cut(host)}.`
    return meaning('network', `${what} ${cannotTell}`, { danger: true })
  },
  scp: (args) => {
    const read = readOptions(args, { flags: 'rqCp346', values: 'Pil' })
    const paths = known(read?.operands ?? [])
    if (paths === undefined || paths.length < 2) return undefined
    const target = paths.at(-1) ?? ''
    const local = !/^[^/]+:/.test(target)
    return meaning('network', `Copies ${names(paths.slice(0, -1))} to ${cut(target)} over the network.`, {
      danger: !local,
      overwrites: local ? [target] : [],
    })
  },
  kill: (args) => {
    const words = known(args)
    if (words?.[0] === '-l' && words.slice(1).every((word) => /^\w+$/.test(word))) return meaning('reads', 'Lists signals.') // prettier-ignore
    const ids = words?.filter((word) => /^%?\d+$/.test(word)) ?? []
    if (ids.length === 0 || words?.includes('-1') === true) return undefined
    return meaning('runs', `Ends the process ${names(ids)}.`, { danger: true })
  },
  pkill: (args) => {
    const words = known(args)
    const last = words?.filter((word) => !word.startsWith('-')).at(-1)
    return last === undefined ? undefined : meaning('runs', `Ends every process whose name matches ${cut(last)}.`, { danger: true }) // prettier-ignore
  },
  killall: (args) => {
    const words = known(args)?.filter((word) => !word.startsWith('-'))
    return words === undefined || words.length === 0 ? undefined : meaning('runs', `Ends every process called ${names(words)}.`, { danger: true }) // prettier-ignore
  },
  systemctl: (args) => {
    const words = known(args)?.filter((word) => word !== '--user' && word !== '--now' && word !== '--no-pager') ?? []
    const [verb, ...units] = words
    if (verb === undefined || units.some((word) => word.startsWith('-'))) return undefined
    if (/^(?:list-units|is-active|is-enabled)$/.test(verb)) return meaning('reads', 'Shows services.')
    if (/^(?:status|show|cat)$/.test(verb)) return meaning('reads', 'Shows services, their settings and what they logged, which can hold secrets.', { danger: true }) // prettier-ignore
    const changes: Readonly<Record<string, string>> = {
      start: 'Starts',
      stop: 'Stops',
      restart: 'Restarts',
      reload: 'Reloads',
      enable: 'Starts at every boot:',
      disable: 'No longer starts at boot:',
    }
    const word = Object.hasOwn(changes, verb) ? changes[verb] : undefined
    return word === undefined ? undefined : meaning('runs', `${word} the service ${names(units)}.`, { danger: true })
  },
  apt: system('Installs'),
  'apt-get': system('Installs'),
  brew: system('Installs'),
  apk: system('Installs'),
  dnf: system('Installs'),
  docker: containers,
  podman: containers,
  kubectl: (args) => {
    const [verb, ...rest] = known(args) ?? []
    if (verb === undefined || verb.startsWith('-')) return undefined
    if (/^(?:get|describe|logs|top|explain|version|api-resources)$/.test(verb)) {
      return meaning('network', 'Shows what runs in the cluster.')
    }
    if (verb === 'delete') return meaning('network', `Deletes ${names(rest.filter((word) => !word.startsWith('-')))} in the cluster.`, { danger: true }) // prettier-ignore
    if (/^(?:apply|create|replace|patch|scale|set|edit|rollout|label|annotate)$/.test(verb)) {
      return meaning('network', 'Changes what runs in the cluster.', { danger: true })
    }
    return verb === 'exec' ? meaning('network', `Runs a command in the cluster. ${cannotTell}`, { danger: true }) : undefined // prettier-ignore
  },
  cd: folder,
  pushd: folder,
  popd: (args) => (args.length === 0 ? meaning('reads', 'Goes back to the folder before.') : undefined),
  export: (args) => {
    const words = known(args)
    if (words === undefined || words.length === 0 || !words.every((word) => /^[A-Za-z_]\w*(?:=.*)?$/s.test(word))) {
      return undefined
    }
    const variables = words.map((word) => word.split('=')[0] ?? '')
    return variables.every(isHarmlessVariable) ? meaning('reads', `Sets the variable ${names(variables)}.`) : undefined
  },
  set: (args) => {
    const words = known(args)
    const plain = words?.every((word) => /^[-+][euxo]+$|^(?:pipefail|errexit|nounset|xtrace)$/.test(word)) === true
    return plain && args.length > 0 ? meaning('reads', 'Sets how the shell treats errors.') : undefined
  },
  unset: (args) => {
    const words = known(args)
    if (words === undefined || words.length === 0 || !words.every(isHarmlessVariable)) return undefined
    return meaning('reads', `Forgets the variable ${names(words)}.`)
  },
  sh: shell,
  bash: shell,
  zsh: shell,
  dash: shell,
  ksh: shell,
  ash: shell,
  sudo: (args) =>
    args.length === 0 ? undefined : { ...runsCode('Runs a command as root.'), risk: 'unknown', danger: true },
  mkfs: () => meaning('deletes', 'Formats a disk.', { danger: true }),
  reboot: () => meaning('runs', 'Restarts the machine.', { danger: true }),
  shutdown: () => meaning('runs', 'Turns the machine off.', { danger: true }),
}

/** A shell that reads a script. What the script does isn't in the command. */
function shell(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  if (words === undefined) return undefined
  if (words.length === 1 && words[0] === '--version') return meaning('reads', 'Shows a version.')
  const file = words.find((word) => !word.startsWith('-'))
  if (file === undefined) return { ...runsCode('Runs its input as a script.'), risk: 'unknown', danger: true }
  return runsCode(`Runs the script ${cut(file)}.`)
}

function folder(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  if (words === undefined || words.length > 1 || words[0]?.startsWith('-') === true) return undefined
  const [into] = words
  if (into === undefined) return meaning('reads', 'Goes to the home folder.', { danger: true })
  return meaning('reads', `Goes to ${names([into])}.`, { reads: [into] })
}

function curl(args: readonly Word[]): Meaning | undefined {
  const read = readOptions(args, {
    flags: 'sSfLvikIOJgG0146N#',
    values: 'XdTFoHAubemwxrc',
    long: ['silent', 'show-error', 'fail', 'location', 'verbose', 'include', 'insecure', 'head', 'remote-name', 'compressed', 'get', 'http1.1', 'http2', 'no-progress-meter', 'fail-with-body', 'no-buffer'], // prettier-ignore
    longValues: ['request', 'data', 'data-raw', 'data-binary', 'data-urlencode', 'json', 'upload-file', 'form', 'output', 'header', 'user-agent', 'user', 'referer', 'max-time', 'connect-timeout', 'retry', 'retry-delay', 'write-out', 'url'], // prettier-ignore
  })
  const words = known(read?.operands ?? [])
  const from = words?.[0] ?? read?.values.get('url')
  if (read === undefined || words === undefined || words.length > 1 || from === undefined) return undefined
  const value = (...list: string[]): string | undefined => list.map((name) => read.values.get(name)).find((one) => one !== undefined) // prettier-ignore
  const sent = value('d', 'data', 'data-raw', 'data-binary', 'data-urlencode', 'json', 'T', 'upload-file', 'F', 'form')
  const method = value('X', 'request')?.toUpperCase()
  const host = hostOf(from)
  if (sent !== undefined || (method !== undefined && !/^(?:GET|HEAD|OPTIONS)$/.test(method))) {
    const verb = method === 'DELETE' ? 'Asks' : 'Sends data to'
    const tail = method === 'DELETE' ? ' to delete something.' : '.'
    return meaning('network', `${verb} ${host}${tail}`, { danger: true })
  }
  const output = value('o', 'output')
  // `-c file` writes cookies there.
  if (read.options.has('c') || read.options.has('w') || read.options.has('write-out')) {
    if (read.options.has('c')) return undefined
  }
  if (output !== undefined && output !== '/dev/null' && output !== '-') {
    return meaning('network', `Downloads from ${host} into ${cut(output)}.`, { overwrites: [output] })
  }
  if (read.options.has('O') || read.options.has('remote-name')) {
    return meaning('network', `Downloads from ${host} into a file of this folder.`)
  }
  return meaning('network', `Fetches from ${host}.`)
}

function wget(args: readonly Word[]): Meaning | undefined {
  const read = readOptions(args, {
    flags: 'qvcnN',
    values: 'OPtTU',
    long: ['quiet', 'continue', 'no-verbose', 'no-check-certificate', 'show-progress', 'timestamping', 'spider'],
    longValues: ['output-document', 'directory-prefix', 'tries', 'timeout', 'header', 'user-agent', 'post-data', 'post-file', 'method', 'body-data'], // prettier-ignore
  })
  const words = known(read?.operands ?? [])
  const [from] = words ?? []
  if (read === undefined || words?.length !== 1 || from === undefined) return undefined
  const host = hostOf(from)
  if (['post-data', 'post-file', 'method', 'body-data'].some((name) => read.options.has(name))) {
    return meaning('network', `Sends data to ${host}.`, { danger: true })
  }
  const output = read.values.get('O') ?? read.values.get('output-document')
  if (output === '-') return meaning('network', `Fetches from ${host}.`)
  if (output !== undefined) return meaning('network', `Downloads from ${host} into ${cut(output)}.`, { overwrites: [output] }) // prettier-ignore
  return meaning('network', `Downloads from ${host} into a file of this folder.`)
}

function hostOf(address: string): string {
  // As browsers and curl read it: user and password end at the last @, and a backslash is a slash.
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\\]*)/i.exec(address)?.[1] ?? ''
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  return cut(host === '' ? address : host)
}

function system(verb: string): Rule {
  return (args, name) => {
    const words = known(args)?.filter((word) => !/^(?:-y|-q|-qq|--yes|--no-install-recommends|--no-cache)$/.test(word))
    const [action, ...rest] = words ?? []
    if (action === undefined || rest.some((word) => word.startsWith('-'))) return undefined
    // Others than apt may ask the network first.
    if (/^(?:list|show|search|info|policy)$/.test(action)) return meaning(name.startsWith('apt') ? 'reads' : 'network', 'Shows packages of the system.') // prettier-ignore
    if (action === 'update') return meaning('network', 'Downloads the list of packages.')
    if (action === 'upgrade' || action === 'dist-upgrade') return meaning('network', 'Installs newer packages on the system.', { danger: true }) // prettier-ignore
    if (action === 'install' || action === 'add' || action === 'reinstall') return meaning('network', `${verb} ${names(rest)} on the system.`) // prettier-ignore
    if (/^(?:remove|purge|uninstall|del|autoremove)$/.test(action)) return meaning('deletes', `Removes ${rest.length === 0 ? 'packages' : names(rest)} from the system.`, { danger: true }) // prettier-ignore
    return undefined
  }
}

function containers(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  const [verb, ...rest] = words ?? []
  if (words === undefined || verb === undefined) return undefined
  if (/^(?:ps|images|version|port)$/.test(verb)) {
    const plain = rest.every((word) => /^(?:[\w.:/][\w.:/-]*|-[aqsn]|--(?:all|quiet|no-trunc|size|digests|(?:filter|format)=.*))$/s.test(word)) // prettier-ignore
    return plain ? meaning('reads', 'Shows containers and images.') : undefined
  }
  // Their environment, their settings and their output.
  if (/^(?:logs|inspect|info|stats|top|history)$/.test(verb)) return meaning('reads', 'Shows what containers and images hold, which can be secrets.', { danger: true }) // prettier-ignore
  const things = names(rest.filter((word) => !word.startsWith('-')))
  if (verb === 'rm' || verb === 'rmi') return meaning('deletes', `Deletes the ${verb === 'rm' ? 'container' : 'image'} ${things}.`, { danger: true }) // prettier-ignore
  if (verb === 'system' && rest[0] === 'prune') return meaning('deletes', 'Deletes unused containers, networks and images.', { danger: true }) // prettier-ignore
  if (verb === 'volume' && /^(?:rm|prune)$/.test(rest[0] ?? '')) return meaning('deletes', 'Deletes volumes and the data in them.', { danger: true }) // prettier-ignore
  if (verb === 'pull') return meaning('network', `Downloads the image ${things}.`)
  if (verb === 'push') return meaning('network', `Uploads the image ${things}.`, { danger: true })
  if (verb === 'build') return runsCode('Builds an image. The commands of its Dockerfile run.')
  if (verb === 'run' || verb === 'exec') return runsCode(verb === 'run' ? 'Runs a container.' : 'Runs a command in a container.', { danger: rest.some((word) => /privileged|docker\.sock|^-v|^--volume|^--mount/.test(word)) }) // prettier-ignore
  if (verb === 'stop' || verb === 'kill' || verb === 'restart' || verb === 'start') return meaning('runs', `${verb === 'start' ? 'Starts' : verb === 'restart' ? 'Restarts' : 'Stops'} the container ${things}.`) // prettier-ignore
  if (verb === 'compose') {
    const [action] = rest
    if (action === 'up') return runsCode('Starts the services of the compose file.')
    if (action === 'down') return meaning('runs', 'Stops and removes the services of the compose file.', { danger: rest.includes('-v') || rest.includes('--volumes') }) // prettier-ignore
    if (action === 'ps' && rest.length === 1) return meaning('reads', 'Shows the services of the compose file.')
    if (action === 'logs') return meaning('reads', 'Shows what the services logged, which can hold secrets.', { danger: true }) // prettier-ignore
  }
  return undefined
}
