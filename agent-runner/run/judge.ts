import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { CommandEffect, PermissionSubject } from '#shared/domain/permission.ts'
import { explainParts, effectsForCard } from '#shared/permission/explain-command.ts'
import type { Action, ActionFile } from '#shared/permission/judge-action.ts'
import { parseCommandSync } from '#shared/permission/parse-command.ts'
import { isWithin } from '#shared/permission/part-folders.ts'
import { showPatterns, similarPatterns, type SimilarPattern } from '#shared/permission/similar-pattern.ts'
import { isHarmlessVariable } from '#shared/permission/variable-names.ts'
import { visibleText } from '#shared/permission/visible-text.ts'
import { gatherFacts, type WorkspacePort } from '../permission/gather-facts.ts'
import { createHostFacts } from '../permission/host-facts.ts'
import { lookAtFiles } from '../permission/real-file.ts'
import { requestDigest } from '../permission/request-digest.ts'

export type CommandAction = Extract<Action, { kind: 'command' }>

/** What the runner works out about an action before it may happen. */
export interface Judge {
  /** `similar`: the patterns that were allowed in this run, as JSON texts. */
  look(command: CommandToJudge, similar: readonly string[], signal: AbortSignal): Promise<CommandView>
  /** Where files are that an agent names. */
  files(paths: readonly string[]): Promise<ActionFile[]>
  /** SHA-256 of everything that is shown. */
  digest(title: string, subject: PermissionSubject): string
}

export interface CommandToJudge {
  text: string
  /** Where it runs; absent: in the workspace. */
  cwd?: string | undefined
  /** Variables that earlier commands of the same shell changed. */
  changedVariables: readonly string[]
}

export interface CommandView {
  effects: CommandEffect[]
  action: CommandAction
  /** What "Allow similar in this run" would allow; absent: the choice is not offered. */
  similar?: { shown: string; patterns: readonly string[] }
}

/** @param hostWorkspace the workspace on this machine; `workspace` is the same folder as the commands see it. */
export function createJudge({
  workspace,
  hostWorkspace,
  environment,
}: {
  workspace: string
  hostWorkspace: string
  environment: Readonly<Record<string, string>>
}): Judge {
  const port = movedPort(createHostFacts(hostWorkspace, environment), workspace, hostWorkspace)

  async function look(
    { text: command, cwd = workspace, changedVariables }: CommandToJudge,
    similar: readonly string[],
    signal: AbortSignal,
  ): Promise<CommandView> {
    const parsed = parseCommandSync(command)
    const allowed = similar.map((text) => JSON.parse(text) as SimilarPattern)
    const place = {
      kind: 'command' as const,
      parsed,
      allowed,
      cwd,
      root: workspace,
      doubt: doubtOf(cwd, changedVariables),
    }
    if (!parsed.ok) {
      const effect: CommandEffect = {
        text: visibleText(command).slice(0, 2000),
        summary: "Drover can't tell what this changes.",
        risk: 'unknown',
        danger: true,
      }
      return { effects: [effect], action: { ...place, effects: [] } }
    }
    const facts = await gatherFacts(parsed, { root: workspace, cwd, port, signal })
    const effects = explainParts(parsed, facts)
    const patterns = similarPatterns(parsed, cwd)
    const shown = showPatterns(patterns)
    const offered = shown !== '' && shown.length <= 600
    return {
      effects: effectsForCard(effects),
      action: { ...place, effects },
      ...(offered ? { similar: { shown, patterns: patterns.map((pattern) => JSON.stringify(pattern)) } } : {}),
    }
  }

  /** What was worked out from the text holds only in the workspace and with the variables that were there at first. */
  function doubtOf(cwd: string, changedVariables: readonly string[]): string | undefined {
    if (!isWithin(workspace, cwd)) return 'An earlier step went to a folder outside the workspace.'
    const grave = changedVariables.filter((name) => !isHarmlessVariable(name))
    return grave.length === 0
      ? undefined
      : `An earlier step changed ${grave.slice(0, 5).join(', ')}, which can change what this does.`
  }

  return {
    look,
    files: (paths) => lookAtFiles(paths, { workspace, hostWorkspace }),
    digest: (title, subject) => requestDigest({ kind: subject.kind, title, ...shownOf(subject) }),
  }
}

function shownOf(subject: PermissionSubject): Omit<Parameters<typeof requestDigest>[0], 'kind' | 'title'> {
  switch (subject.kind) {
    case 'command':
      return {
        command: subject.blob === undefined ? subject.command : `${subject.command}\n${subject.blob}`,
        ...(subject.cwd === undefined ? {} : { cwd: subject.cwd }),
      }
    case 'edit':
      return {
        diffs: Object.fromEntries(subject.files.map((file) => [file.path, file.blob ?? sha256(file.patch ?? '')])),
      }
    case 'tool':
      return { tool: subject.tool, ...(subject.input === undefined ? {} : { input: subject.input }) }
    case 'question':
      return { question: subject.question }
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The same folder under another name: a container sees it elsewhere than this machine. */
function movedPort(port: WorkspacePort, inside: string, outside: string): WorkspacePort {
  if (inside === outside) return port
  const out = (path: string): string => posix.join(outside, posix.relative(inside, path))
  const back = (path: string): string => posix.join(inside, posix.relative(outside, path))
  return {
    stat: (path, signal) => port.stat(out(path), signal),
    listFiles: async (path, cap, signal) => {
      const found = await port.listFiles(out(path), cap, signal)
      return { ...found, files: found.files.map(back) }
    },
    globLeadsOutside: (folder, segments, signal) => port.globLeadsOutside(out(folder), segments, signal),
    gitPrograms: (path, signal) => port.gitPrograms(out(path), signal),
    trackedFiles: async (path, signal) => (await port.trackedFiles(out(path), signal))?.map(back) ?? null,
  }
}
