import { describe, expect, test } from 'vitest'
import { EnvironmentProposal } from '#shared/domain/environment-proposal.ts'
import type { RepositoryFacts } from './facts.ts'
import { parseJsonc } from './jsonc.ts'
import { proposeEnvironment } from './propose.ts'

const tree = (files: Record<string, string>, folder = ''): RepositoryFacts => ({
  url: 'https://git.example.test/a.git',
  folder,
  paths: new Set(Object.keys(files)),
  read: (path) => files[path],
})
const propose = (...trees: RepositoryFacts[]) => {
  const proposal = proposeEnvironment(trees)
  expect(EnvironmentProposal.safeParse(proposal).success).toBe(true)
  return { ...proposal, runs: proposal.commands.map(({ command }) => command) }
}

describe('from the files of a repository', () => {
  test.each<[string, Record<string, string>, string | undefined, string[]]>([
    ['npm', { 'package.json': '{}', 'package-lock.json': '' }, 'node:24-bookworm', ['npm ci']],
    ['.nvmrc', { 'package.json': '{}', '.nvmrc': 'v20.11.0\n' }, 'node:20-bookworm', ['npm install']],
    ['engines', { 'package.json': '{"engines":{"node":">=22.3"}}' }, 'node:22-bookworm', ['npm install']],
    [
      '.tool-versions',
      { 'package.json': '{}', '.tool-versions': 'golang 1.22\nnodejs 18.1.0\n' },
      'node:18-bookworm',
      ['npm install'],
    ],
    ['a broken package.json', { 'package.json': '{' }, 'node:24-bookworm', ['npm install']],
    [
      'pnpm',
      { 'package.json': '{}', 'pnpm-lock.yaml': '' },
      'node:24-bookworm',
      ['npx --yes corepack@latest pnpm install --frozen-lockfile'],
    ],
    [
      'yarn 1',
      { 'package.json': '{}', 'yarn.lock': '' },
      'node:24-bookworm',
      ['npx --yes yarn@1 install --frozen-lockfile'],
    ],
    [
      'yarn 4',
      { 'package.json': '{"packageManager":"yarn@4.1.0"}', 'yarn.lock': '' },
      'node:24-bookworm',
      ['npx --yes corepack@latest yarn install --immutable'],
    ],
    [
      'pip',
      { 'requirements.txt': 'a' },
      'python:3.13-bookworm',
      ['python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt'],
    ],
    [
      'uv',
      { 'pyproject.toml': 'requires-python = ">=3.11"', 'uv.lock': '' },
      'python:3.11-bookworm',
      ['python3 -m venv .venv && .venv/bin/pip install --quiet uv && .venv/bin/uv sync --frozen'],
    ],
    [
      'poetry',
      { 'pyproject.toml': '', 'poetry.lock': '', '.python-version': '3.12.1' },
      'python:3.12-bookworm',
      ['python3 -m venv .venv && .venv/bin/pip install --quiet poetry && .venv/bin/poetry install --no-interaction'],
    ],
    ['Go', { 'go.mod': 'module a\n\ngo 1.23.1\n' }, 'golang:1.23-bookworm', ['go mod download']],
    [
      'Rust',
      { 'Cargo.toml': '', 'Cargo.lock': '', 'rust-toolchain.toml': '[toolchain]\nchannel = "1.81"' },
      'rust:1.81-bookworm',
      ['cargo fetch --locked'],
    ],
    [
      'Ruby',
      { Gemfile: 'ruby "3.3.0"' },
      'ruby:3.3-bookworm',
      ['bundle config set --local path vendor/bundle && bundle install'],
    ],
    [
      'Maven',
      { 'pom.xml': '<java.version>17</java.version>' },
      'maven:3-eclipse-temurin-17',
      ['mvn --batch-mode --quiet dependency:go-offline'],
    ],
    [
      '.NET',
      { 'src/A.csproj': '', 'global.json': '{"sdk":{"version":"8.0.100"}}' },
      'mcr.microsoft.com/dotnet/sdk:8.0-bookworm-slim',
      ['dotnet restore'],
    ],
    ['nothing that is known', { 'README.md': '' }, undefined, []],
  ])('%s', (_name, files, image, commands) => {
    const proposal = propose(tree(files))
    expect(proposal.image?.name).toBe(image)
    expect(proposal.runs).toEqual(commands)
  })

  test('scripts and lock files are told', () => {
    const { found } = propose(tree({ 'package.json': '{"scripts":{"test":"x","build":"y"}}', 'package-lock.json': '' }))
    expect(found.map(({ text }) => text)).toEqual(['Node, scripts: test, build', 'exact versions'])
  })

  test('Dockerfiles are named, the nearest first', () => {
    const { dockerfiles } = propose(tree({ 'deploy/Dockerfile.web': '', Dockerfile: '', 'a/b/Dockerfile': '' }))
    expect(dockerfiles.map(({ file }) => file)).toEqual(['Dockerfile', 'deploy/Dockerfile.web', 'a/b/Dockerfile'])
  })
})

test('several repositories: each in its folder, and what one image lacks is told', () => {
  const proposal = propose(
    tree({ 'package.json': '{}', 'package-lock.json': '' }, 'service'),
    tree({ 'go.mod': 'go 1.22' }, 'library'),
  )
  expect(proposal.runs).toEqual(['cd service && npm ci', 'cd library && go mod download'])
  expect(proposal.unmapped).toEqual([{ file: 'node:24-bookworm', text: expect.stringContaining('no Go 1.22') }])
  expect(proposal.found[0]?.file).toBe('service/package.json')
})

describe('a development container', () => {
  const config = `{
    // An editor's container
    "name": "x",
    "image": "mcr.example.test/devcontainers/typescript:1",
    "features": { "ghcr.io/devcontainers/features/go:1": {} },
    "postCreateCommand": ["npm", "run", "it's"],
    "onCreateCommand": { "a": "make a", "b": "make b" },
    "containerEnv": { "ROOT": "\${containerWorkspaceFolder}/x", "HOST": "\${localEnv:HOME}", "URL": "http://a//b" },
    "forwardPorts": [3000],
    "customizations": { "vscode": {} },
  }`

  test('gives image, commands in their order and variables; what can’t be mapped is told', () => {
    const proposal = propose(tree({ '.devcontainer/devcontainer.json': config, 'package.json': '{}' }))
    expect(proposal.image?.name).toBe('mcr.example.test/devcontainers/typescript:1')
    expect(proposal.runs).toEqual(['make a', 'make b', `npm run 'it'\\''s'`])
    expect(proposal.variables.map(({ name, value }) => [name, value])).toEqual([
      ['ROOT', '/workspace/x'],
      ['URL', 'http://a//b'],
    ])
    expect(proposal.unmapped.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The feature ghcr.io\/devcontainers\/features\/go:1 is not installed/),
      expect.stringMatching(/^forwardPorts/),
      expect.stringMatching(/^The variable HOST/),
    ])
  })

  test('without commands of its own leaves those of the lock files', () => {
    const proposal = propose(
      tree({
        '.devcontainer.json': '{"build":{"dockerfile":"Dockerfile"}}',
        'package.json': '{}',
        'package-lock.json': '',
      }),
    )
    expect(proposal.runs).toEqual(['npm ci'])
    expect(proposal.image?.name).toBe('node:24-bookworm')
    expect(proposal.unmapped[0]?.text).toMatch(/built from Dockerfile/)
  })

  test('that can’t be read says so', () => {
    expect(propose(tree({ '.devcontainer.json': '{"image": 7}' })).unmapped[0]?.text).toMatch(/can’t be read/)
  })
})

test('services of a compose file are named as not started', () => {
  const text =
    'version: "3"\nservices:\n  db:\n    image: postgres\n    environment:\n      A: b\n  # a word\n  cache:\n    image: redis\nvolumes:\n  x:\n'
  expect(propose(tree({ 'docker-compose.yml': text })).unmapped[0]?.text).toMatch(/^db, cache are not started/)
})

test.each([
  ['{"a": 1, // one\n "b": [1, 2,],}', { a: 1, b: [1, 2] }],
  ['{"u": "http://x", "c": ",]"}', { u: 'http://x', c: ',]' }],
  ['{/* " */"q": "\\"//"}', { q: '"//' }],
  ['nonsense', undefined],
])('%s is read', (text, value) => {
  expect(parseJsonc(text)).toEqual(value)
})
