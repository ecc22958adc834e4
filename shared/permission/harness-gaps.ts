/**
 * What a profile can't enforce with a harness, because that harness asks nobody before it does it. Everything else goes through Drover
 * before it happens. Found out by trying each of them.
 */
export function harnessGaps(harness: string): readonly string[] {
  return gaps[harness] ?? [unknownHarness]
}

const unknownHarness = 'Only what this agent asks before it does can be decided by a profile.'

const gaps: Readonly<Partial<Record<string, readonly string[]>>> = {
  runbook: [],
  drover: [],
  'claude-code': ['Claude Code reads files in the workspace without asking.'],
  codex: [
    'On the machine itself, Codex runs commands that only read in a sandbox of its own, without asking.',
    'Codex calls tools of MCP servers without asking, unless the server says that they destroy something or reach out.',
  ],
  opencode: [
    'OpenCode calls tools of MCP servers without asking.',
    'OpenCode reads files without asking.',
    'After a denial OpenCode ends its turn; Drover tells it why, and it goes on.',
  ],
  gemini: ['Gemini CLI reads and searches files without asking.'],
}
