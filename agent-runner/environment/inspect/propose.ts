import { knownImages, type EnvironmentProposal, type KnownLanguage } from '#shared/domain/environment-proposal.ts'
import { commandLimit } from '#shared/domain/environment.ts'
import { readCompose, readDevcontainer } from './containers.ts'
import type { RepositoryFacts, Suggestion } from './facts.ts'
import { languageReaders } from './languages.ts'

/** What an environment for these repositories could be. Pure; the same files give the same proposal. */
export function proposeEnvironment(repositories: readonly RepositoryFacts[]): EnvironmentProposal {
  const all = repositories.map((facts) => {
    const devcontainer = readDevcontainer(facts)
    const languages = languageReaders.map((read) => read(facts))
    // What its people wrote for this very purpose goes before what is guessed.
    const own = devcontainer.commands.length > 0 ? [] : languages.flatMap(({ commands }) => commands)
    return {
      facts,
      parts: [devcontainer, ...languages, readCompose(facts)],
      commands: [...devcontainer.commands, ...own],
    }
  })
  const parts = all.flatMap((one) => one.parts)
  const { image, others } = chooseImage(parts)
  const located = (one: { facts: RepositoryFacts }, file: string): string =>
    one.facts.folder === '' ? file : `${one.facts.folder}/${file}`
  const collect = (field: 'found' | 'unmapped'): { file: string; text: string }[] =>
    all.flatMap((one) =>
      one.parts.flatMap((part) =>
        part[field].map(({ file, text }) => ({ file: located(one, file).slice(0, 300), text: text.slice(0, 400) })),
      ),
    )
  return {
    ...(image === undefined ? {} : { image }),
    commands: all
      .flatMap((one) => one.commands.map(({ command, why }) => ({ command: inFolder(one.facts.folder, command), why })))
      .filter(({ command }) => command.length <= commandLimit)
      .slice(0, 20),
    variables: parts
      .flatMap(({ variables }) => variables)
      .filter((one, at, every) => every.findIndex(({ name }) => name === one.name) === at)
      .slice(0, 100),
    found: collect('found').slice(0, 200),
    unmapped: [...collect('unmapped'), ...others].slice(0, 200),
    dockerfiles: all
      .flatMap(({ facts }) =>
        [...facts.paths]
          .filter((path) => /(^|\/)(Dockerfile|Containerfile)(\.[\w.-]+)?$/.test(path))
          .toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
          .slice(0, 5)
          .map((file) => ({ repository: facts.url, file: file.slice(0, 300) })),
      )
      .slice(0, 40),
  }
}

function inFolder(folder: string, command: string): string {
  return folder === '' ? command : `cd ${folder} && ${command}`
}

/** One image holds one language's tools; what else is needed is told, not left to be found out by a failure. */
function chooseImage(parts: readonly Suggestion[]): {
  image: EnvironmentProposal['image']
  others: EnvironmentProposal['unmapped']
} {
  const given = parts.find((part) => part.image !== undefined)?.image
  if (given !== undefined) return { image: given, others: [] }
  const needs = parts.flatMap((part) => part.needs)
  const [first] = needs
  if (first === undefined) return { image: undefined, others: [] }
  const rest = needs.filter(
    ({ language }, at) => language !== first.language && needs.findIndex((one) => one.language === language) === at,
  )
  const clash = needs.find(({ language, version }) => language === first.language && version !== first.version)
  const name = imageOf(first.language, first.version)
  return {
    image: { name, why: first.why },
    others: [
      ...rest.map(({ language, version }) => ({
        file: name,
        text: `This image has no ${titles[language]} ${version}. Take one that has both, such as “full” of docs/environments.md.`,
      })),
      ...(clash === undefined
        ? []
        : [{ file: name, text: `Another repository wants ${titles[clash.language]} ${clash.version}.` }]),
    ],
  }
}

function imageOf(language: KnownLanguage, version: string): string {
  return knownImages[language].replace('{v}', version)
}

const titles: Readonly<Record<KnownLanguage, string>> = {
  node: 'Node',
  python: 'Python',
  go: 'Go',
  rust: 'Rust',
  ruby: 'Ruby',
  java: 'Java',
  php: 'PHP',
  dotnet: '.NET',
}
