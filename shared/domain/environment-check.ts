import {
  EnvironmentSpec,
  commandLimit,
  commandsLimit,
  descriptionLimit,
  environmentNameLimit,
  environmentSizeLimit,
  folderOf,
  mostMinutes,
  repositoriesLimit,
  valueLimit,
  variablesLimit,
  type EnvironmentField,
} from './environment.ts'
import { isBranchName } from './branch-name.ts'
import { isBranchPattern, patternLimit } from './branch-pattern.ts'
import { err, ok, type Result } from '../result.ts'

/** What is wrong with an environment, where, and in a sentence that says what to do. */
export interface EnvironmentProblem {
  readonly field: EnvironmentField
  /** Of the row, where the field is a list. */
  readonly index?: number
  readonly text: string
}

/** Checks what a person wrote. `value` is anything; every problem of it is told, in the order of the form. */
export function checkEnvironment(value: unknown): Result<EnvironmentSpec, readonly EnvironmentProblem[]> {
  const parsed = EnvironmentSpec.safeParse(value)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path }) => problemAt(path))
    return err(problems.filter((one, at) => problems.findIndex((other) => isSame(one, other)) === at))
  }
  const problems = crossProblems(parsed.data)
  return problems.length === 0 ? ok(parsed.data) : err(problems)
}

function isSame(a: EnvironmentProblem, b: EnvironmentProblem): boolean {
  return a.field === b.field && a.index === b.index && a.text === b.text
}

function problemAt([field, index, part]: readonly PropertyKey[]): EnvironmentProblem {
  const known = fields.find((one) => one === field) ?? 'name'
  const at = typeof index === 'number' ? { index } : {}
  return { field: known, ...at, text: sentences[known](part, typeof index === 'number') }
}

const fields = EnvironmentSpec.keyof().options

function wrongBranch(which: string): string {
  return `Git does not take this as a ${which}: no blanks, no ~ ^ : ? * [ \\, no two dots side by side, no dash in front, at most 250 characters.`
}

const sentences: Readonly<Record<EnvironmentField, (part: PropertyKey | undefined, inRow: boolean) => string>> = {
  name: () => `Give a name of at most ${environmentNameLimit} characters.`,
  description: () => `A description has at most ${descriptionLimit} characters.`,
  image: () => 'An image is a name such as node:24 or registry.example.com/team/image:tag, of at most 300 characters.',
  dockerfile: () =>
    'A Dockerfile is a path below a repository of this environment, such as Dockerfile or docker/Dockerfile.dev.',
  pullPolicy: () => 'An image is fetched always, when it is missing, or never.',
  repositories: (part, inRow) => {
    if (!inRow) return `An environment has at most ${repositoriesLimit} repositories.`
    if (part === 'folder')
      return 'A folder is one name of letters, digits, dots, dashes and underscores; it does not begin with a dot.'
    if (part === 'branch') return wrongBranch('branch')
    if (part === 'baseBranch') return wrongBranch('base branch')
    return 'Give an address that git can clone, or a folder of the machine, of at most 1,000 characters.'
  },
  branchPattern: () =>
    `A run’s branch is called by a prefix such as agents/, or by a pattern with {id} in it, such as {person}/{title}-{id}. It is a name that git takes, of at most ${patternLimit} characters; only {title}, {id} and {person} are known.`,
  setupCommands: (part, inRow) => {
    if (!inRow) return `An environment has at most ${commandsLimit} set-up commands.`
    if (part === 'minutes') return `A time limit is a whole number of minutes from 1 to ${mostMinutes}.`
    return `A command has 1 to ${commandLimit.toLocaleString('en')} characters.`
  },
  variables: (part, inRow) => {
    if (!inRow) return `An environment has at most ${variablesLimit} variables.`
    if (part === 'value') return `A value has at most ${valueLimit.toLocaleString('en')} characters.`
    return 'A variable’s name has letters, digits and underscores, does not begin with a digit, nor with DROVER_.'
  },
  secrets: () => 'A secret’s name has letters, digits and underscores, does not begin with a digit, nor with DROVER_.',
  egress: () => 'Name 1 to 200 hosts such as registry.npmjs.org or *.example.com, with :443 behind for one port.',
  resources: () => 'Limits are: memory from 128 MB, processors from 0.1 to 512, processes from 16 to 100,000.',
  sandbox: () => 'A sandbox is docker or direct.',
}

/** What only shows when the fields are seen together. */
function crossProblems(spec: EnvironmentSpec): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = []
  if (spec.name.trim() === '') problems.push({ field: 'name', text: sentences.name(undefined, false) })
  if (spec.image !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(spec.image))
    problems.push({ field: 'image', text: sentences.image(undefined, false) })
  if (spec.dockerfile !== undefined && spec.image !== undefined) {
    const text = 'The image is built from the Dockerfile or named, not both. Empty one of the two fields.'
    problems.push({ field: 'dockerfile', text })
  }
  if (spec.dockerfile !== undefined && spec.repositories[spec.dockerfile.repository] === undefined)
    problems.push({ field: 'dockerfile', text: sentences.dockerfile(undefined, false) })
  for (const [index, { url, branch }] of spec.repositories.entries()) {
    if (url.trim() !== url || url.startsWith('-'))
      problems.push({ field: 'repositories', index, text: sentences.repositories('url', true) })
    if (/\/\/[^/@]*:[^/@]*@/.test(url)) {
      const text = 'A password does not belong into an address: everybody of the team reads it. Add it as a secret.'
      problems.push({ field: 'repositories', index, text })
    }
    if (branch !== undefined && !isBranchName(branch))
      problems.push({ field: 'repositories', index, text: wrongBranch('branch') })
  }
  if (spec.branchPattern !== undefined && !isBranchPattern(spec.branchPattern))
    problems.push({ field: 'branchPattern', text: sentences.branchPattern(undefined, false) })
  const folders = spec.repositories.map((one) => folderOf(one).toLowerCase())
  for (const [index, folder] of folders.entries()) {
    if (folders.indexOf(folder) === index) continue
    const text = `Two repositories would lie in the folder ${folder}. Give one of them another folder.`
    problems.push({ field: 'repositories', index, text })
  }
  for (const [index, { command }] of spec.setupCommands.entries())
    if (command.trim() === '')
      problems.push({ field: 'setupCommands', index, text: sentences.setupCommands('command', true) })
  const names = spec.variables.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index)
      problems.push({ field: 'variables', index, text: `${name} stands there twice. Take one of them out.` })
    else if (spec.secrets?.some((secret) => secret === name) === true)
      problems.push({ field: 'variables', index, text: `${name} is also a secret. Give the variable another name.` })
  }
  if (spec.sandbox === 'direct' && spec.egress !== undefined && spec.egress.kind !== 'all') {
    const text =
      'Without a container nothing holds a run back from the network. Choose Docker, or let it reach everything.'
    problems.push({ field: 'egress', text })
  }
  const size = JSON.stringify(spec).length
  if (problems.length === 0 && size > environmentSizeLimit) {
    const text = `The whole environment takes ${size.toLocaleString('en')} characters, and ${environmentSizeLimit.toLocaleString('en')} is the most. Put long commands into a script of the repository.`
    problems.push({ field: 'setupCommands', text })
  }
  return problems
}
