import { ProfileId } from '../ids.ts'
import type { ProfileSettings, ProfileSnapshot } from './profile.ts'

const ids = {
  careful: ProfileId.parse('00000000-0000-7000-8000-000000000001'),
  standard: ProfileId.parse('00000000-0000-7000-8000-000000000002'),
  autonomous: ProfileId.parse('00000000-0000-7000-8000-000000000003'),
}

/** Secrets, the repository's own folder, and what runs on other machines or before every command. */
const protectedPaths = [
  '.env',
  '.env.*',
  '*.pem',
  '*.key',
  '.npmrc',
  '.git',
  '.github/workflows',
  '.gitlab-ci.yml',
  '.circleci',
  'Jenkinsfile',
  '.husky',
]

/** Runners of tests, by whole words. They run what the agent wrote, which is the point of a test. */
const testCommands = [
  '(npm|pnpm|yarn|bun) (run )?test(:[\\w-]+)?( [\\w./:=@ -]*)?',
  '(npx |pnpm exec |yarn )?(vitest|jest|mocha|ava)( [\\w./:=@ -]*)?',
  '(npx )?playwright test( [\\w./:=@ -]*)?',
  'node --test( [\\w./:=@ -]*)?',
  '(python3? -m )?pytest( [\\w./:=@ -]*)?',
  'go test( [\\w./:=@ -]*)?',
  'cargo test( [\\w./:=@ -]*)?',
  'make (test|check)',
  '(\\./)?gradlew? test',
  '(\\./)?mvnw? test',
  'dotnet test( [\\w./:=@ -]*)?',
  '(bundle exec )?(rspec|rake test)( [\\w./:=@ -]*)?',
]

const common: Omit<ProfileSettings, 'name' | 'autonomy' | 'terminalWrites' | 'commandAllow'> = {
  commandDeny: [],
  denied: 'ask',
  mcpAllow: [],
  mcpDeny: [],
  protectedPaths,
  runToEnd: false,
}

/** Profiles that every team has. They can be changed, as rows with these ids, and never deleted. */
export const builtinProfiles: readonly ProfileSnapshot[] = [
  {
    ...common,
    id: ids.careful,
    name: 'Careful',
    autonomy: {
      reads: 'agent_decides',
      edits: 'always_ask',
      plans: 'always_ask',
      commands: 'agent_decides',
      mcp: 'always_ask',
      web: 'always_ask',
      other: 'always_ask',
    },
    terminalWrites: 'always_ask',
    commandAllow: [],
  },
  {
    ...common,
    id: ids.standard,
    name: 'Standard',
    autonomy: {
      reads: 'agent_decides',
      edits: 'agent_decides',
      plans: 'always_allow',
      commands: 'agent_decides',
      mcp: 'always_ask',
      web: 'always_ask',
      other: 'always_ask',
    },
    terminalWrites: 'ask_first',
    commandAllow: testCommands,
  },
  {
    ...common,
    id: ids.autonomous,
    name: 'Autonomous',
    autonomy: {
      reads: 'always_allow',
      edits: 'always_allow',
      plans: 'always_allow',
      commands: 'always_allow',
      mcp: 'always_allow',
      web: 'always_allow',
      other: 'always_allow',
    },
    terminalWrites: 'always_allow',
    commandAllow: [],
  },
]

export const carefulProfileId = ids.careful
export const standardProfileId = ids.standard
export const autonomousProfileId = ids.autonomous

/** As it comes with Drover. */
export function builtinProfile(id: ProfileId): ProfileSnapshot | undefined {
  return builtinProfiles.find((profile) => profile.id === id)
}
