import { z } from 'zod'
import { firstVersion, nothing, toolVersion, type RepositoryFacts, type Suggestion } from './facts.ts'
import { parseJsonc } from './jsonc.ts'

type Reader = (facts: RepositoryFacts) => Suggestion

const PackageJson = z.object({
  engines: z.object({ node: z.string() }).partial().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
})

/** What `npm` and its kin call a file of exact versions, and how each installs from it. */
const lockFiles = [
  { file: 'package-lock.json', command: 'npm ci' },
  { file: 'npm-shrinkwrap.json', command: 'npm ci' },
  { file: 'pnpm-lock.yaml', command: 'npx --yes corepack@latest pnpm install --frozen-lockfile' },
  { file: 'yarn.lock', command: 'npx --yes corepack@latest yarn install --immutable' },
  { file: 'bun.lock', command: 'npx --yes bun@latest install --frozen-lockfile' },
  { file: 'bun.lockb', command: 'npx --yes bun@latest install --frozen-lockfile' },
] as const

const node: Reader = (facts) => {
  if (!facts.paths.has('package.json')) return nothing
  const read = PackageJson.safeParse(parseJsonc(facts.read('package.json') ?? ''))
  const about = read.success ? read.data : {}
  const sources = [
    ['.nvmrc', facts.read('.nvmrc')],
    ['.node-version', facts.read('.node-version')],
    ['.tool-versions', toolVersion(facts, 'nodejs', 'node')],
    ['engines in package.json', about.engines?.node],
  ] as const
  const source = sources.find(([, text]) => firstVersion(text, 1) !== undefined)
  const lock = lockFiles.find(({ file }) => facts.paths.has(file))
  const isClassic =
    lock?.file === 'yarn.lock' && !facts.paths.has('.yarnrc.yml') && !/^yarn@[2-9]/.test(about.packageManager ?? '')
  const scripts = Object.keys(about.scripts ?? {})
  return {
    ...nothing,
    needs: [
      {
        language: 'node',
        version: firstVersion(source?.[1], 1) ?? '24',
        why:
          source === undefined
            ? 'package.json is there, and no file names a version of Node'
            : `Node as ${source[0]} says`,
      },
    ],
    commands: [
      lock === undefined
        ? {
            command: 'npm install',
            why: 'package.json is there, without a lock file: versions may differ from day to day',
          }
        : {
            command: isClassic ? 'npx --yes yarn@1 install --frozen-lockfile' : lock.command,
            why: `exactly the versions of ${lock.file}`,
          },
    ],
    found: [
      {
        file: 'package.json',
        text: scripts.length === 0 ? 'Node, no scripts' : `Node, scripts: ${scripts.slice(0, 12).join(', ')}`,
      },
      ...(lock === undefined ? [] : [{ file: lock.file, text: 'exact versions' }]),
      ...(source === undefined || source[0].startsWith('engines')
        ? []
        : [{ file: source[0], text: `Node ${source[1]?.trim() ?? ''}` }]),
    ],
  }
}

const python: Reader = (facts) => {
  const project = facts.read('pyproject.toml')
  const lists = [...facts.paths].filter((path) => /^requirements([-_.][\w.-]+)?\.txt$/.test(path)).toSorted()
  if (
    !facts.paths.has('pyproject.toml') &&
    lists.length === 0 &&
    !facts.paths.has('setup.py') &&
    !facts.paths.has('Pipfile')
  )
    return nothing
  const sources = [
    ['.python-version', facts.read('.python-version')],
    ['.tool-versions', toolVersion(facts, 'python')],
    ['runtime.txt', facts.read('runtime.txt')],
    ['requires-python in pyproject.toml', /^\s*requires-python\s*=\s*["']([^"']+)/m.exec(project ?? '')?.[1]],
  ] as const
  const source = sources.find(([, text]) => firstVersion(text, 2) !== undefined)
  const known = (file: string): { file: string; text: string }[] =>
    facts.paths.has(file) ? [{ file, text: 'exact versions' }] : []
  return {
    ...nothing,
    needs: [
      {
        language: 'python',
        version: firstVersion(source?.[1], 2) ?? '3.13',
        why: source === undefined ? 'Python, and no file names its version' : `Python as ${source[0]} says`,
      },
    ],
    commands: pythonCommands(facts, project, lists),
    found: [
      ...(project === undefined ? [] : [{ file: 'pyproject.toml', text: 'a Python project' }]),
      ...['uv.lock', 'poetry.lock', 'Pipfile.lock'].flatMap(known),
      ...lists.map((file) => ({ file, text: 'packages for pip' })),
    ],
  }
}

function pythonCommands(
  { paths }: RepositoryFacts,
  project: string | undefined,
  lists: readonly string[],
): Suggestion['commands'] {
  const venv = 'python3 -m venv .venv'
  if (paths.has('uv.lock'))
    return [
      {
        command: `${venv} && .venv/bin/pip install --quiet uv && .venv/bin/uv sync --frozen`,
        why: 'exactly the versions of uv.lock',
      },
    ]
  if (paths.has('poetry.lock'))
    return [
      {
        command: `${venv} && .venv/bin/pip install --quiet poetry && .venv/bin/poetry install --no-interaction`,
        why: 'exactly the versions of poetry.lock',
      },
    ]
  if (paths.has('Pipfile.lock'))
    return [
      {
        command: `${venv} && .venv/bin/pip install --quiet pipenv && .venv/bin/pipenv sync --dev`,
        why: 'exactly the versions of Pipfile.lock',
      },
    ]
  const list = lists.find((file) => file === 'requirements.txt') ?? lists[0]
  if (list !== undefined)
    return [
      {
        command: `${venv} && .venv/bin/pip install --quiet -r ${list}`,
        why: `the packages of ${list}, beside the system’s own Python`,
      },
    ]
  if (project !== undefined || paths.has('setup.py'))
    return [
      { command: `${venv} && .venv/bin/pip install --quiet -e .`, why: 'the project itself, with what it depends on' },
    ]
  return []
}

const go: Reader = (facts) => {
  const text = facts.read('go.mod')
  if (text === undefined) return nothing
  const named = /^\s*(?:toolchain\s+go|go\s+)(\d+\.\d+)/m.exec(text)?.[1] ?? toolVersion(facts, 'golang', 'go')
  return {
    ...nothing,
    needs: [
      {
        language: 'go',
        version: firstVersion(named, 2) ?? '1',
        why: named === undefined ? 'go.mod is there' : 'Go as go.mod says',
      },
    ],
    commands: [{ command: 'go mod download', why: 'the modules of go.mod, so that builds need no network' }],
    found: [{ file: 'go.mod', text: named === undefined ? 'Go' : `Go ${named}` }],
  }
}

const rust: Reader = (facts) => {
  if (!facts.paths.has('Cargo.toml')) return nothing
  const toolchain = facts.read('rust-toolchain.toml') ?? facts.read('rust-toolchain')
  const least = /^\s*rust-version\s*=\s*["']([\d.]+)/m.exec(facts.read('Cargo.toml') ?? '')?.[1]
  const version = firstVersion(toolchain, 2)
  const isLocked = facts.paths.has('Cargo.lock')
  return {
    ...nothing,
    needs: [
      {
        language: 'rust',
        version: version?.includes('.') === true ? version : '1',
        why: version?.includes('.') === true ? 'Rust as rust-toolchain says' : 'Cargo.toml is there',
      },
    ],
    commands: [
      {
        command: isLocked ? 'cargo fetch --locked' : 'cargo fetch',
        why: isLocked ? 'exactly the versions of Cargo.lock' : 'the crates of Cargo.toml',
      },
    ],
    found: [{ file: 'Cargo.toml', text: least === undefined ? 'Rust' : `Rust, at least ${least}` }],
  }
}

const ruby: Reader = (facts) => {
  if (!facts.paths.has('Gemfile')) return nothing
  const named =
    facts.read('.ruby-version') ??
    toolVersion(facts, 'ruby') ??
    /^\s*ruby\s+["']([^"']+)/m.exec(facts.read('Gemfile') ?? '')?.[1]
  return {
    ...nothing,
    needs: [{ language: 'ruby', version: firstVersion(named, 2) ?? '3', why: 'Gemfile is there' }],
    commands: [
      {
        command: 'bundle config set --local path vendor/bundle && bundle install',
        why: 'the gems of Gemfile, below the repository',
      },
    ],
    found: [{ file: 'Gemfile', text: named === undefined ? 'Ruby' : `Ruby ${named.trim()}` }],
  }
}

const java: Reader = (facts) => {
  const file = ['gradlew', 'pom.xml', 'build.gradle', 'build.gradle.kts'].find((path) => facts.paths.has(path))
  if (file === undefined) return nothing
  const named =
    facts.read('.java-version') ??
    toolVersion(facts, 'java')?.replace(/^[a-z-]+/, '') ??
    /<(?:maven\.compiler\.(?:source|release)|java\.version)>(\d+)/.exec(facts.read('pom.xml') ?? '')?.[1]
  return {
    ...nothing,
    needs: [{ language: 'java', version: firstVersion(named, 1) ?? '21', why: `${file} is there` }],
    commands:
      file === 'pom.xml'
        ? [{ command: 'mvn --batch-mode --quiet dependency:go-offline', why: 'what pom.xml depends on' }]
        : file === 'gradlew'
          ? [
              {
                command: 'sh ./gradlew --no-daemon --quiet dependencies',
                why: 'Gradle itself, and what the build depends on',
              },
            ]
          : [],
    found: [{ file, text: named === undefined ? 'Java' : `Java ${named.trim()}` }],
  }
}

const php: Reader = (facts) => {
  if (!facts.paths.has('composer.json')) return nothing
  const named = /"php"\s*:\s*"([^"]+)"/.exec(facts.read('composer.json') ?? '')?.[1]
  return {
    ...nothing,
    needs: [{ language: 'php', version: firstVersion(named, 2) ?? '8', why: 'composer.json is there' }],
    found: [{ file: 'composer.json', text: named === undefined ? 'PHP' : `PHP ${named}` }],
    unmapped: [
      {
        file: 'composer.json',
        text: 'The image of PHP has no Composer. Take an image that has, then “composer install” is the command.',
      },
    ],
  }
}

const dotnet: Reader = (facts) => {
  const file = [...facts.paths].find((path) => /\.(sln|slnx|csproj|fsproj)$/.test(path))
  if (file === undefined) return nothing
  const named = /"version"\s*:\s*"(\d+\.\d+)/.exec(facts.read('global.json') ?? '')?.[1]
  return {
    ...nothing,
    needs: [{ language: 'dotnet', version: named ?? '9.0', why: `${file} is there` }],
    commands: [{ command: 'dotnet restore', why: 'the packages of the solution' }],
    found: [{ file, text: named === undefined ? '.NET' : `.NET ${named}` }],
  }
}

export const languageReaders: readonly Reader[] = [node, python, go, rust, ruby, java, php, dotnet]
