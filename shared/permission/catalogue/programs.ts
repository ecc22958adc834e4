import { fileRules } from './files.ts'
import { find } from './find.ts'
import { gitRule } from './git.ts'
import type { Rule } from './meaning.ts'
import { packageRules } from './packages.ts'
import { printerRules } from './printers.ts'
import { readerRules } from './readers.ts'
import { systemRules } from './system.ts'
import { textReaders } from './text-readers.ts'

const rules = new Map<string, Rule>([
  ...Object.entries(readerRules),
  ...Object.entries(textReaders),
  ...Object.entries(printerRules),
  ['find', find],
  ...Object.entries(fileRules),
  ...Object.entries(packageRules),
  ...Object.entries(systemRules),
  ['git', gitRule],
])

export function ruleFor(program: string): Rule | undefined {
  return rules.get(program)
}

/** Programs that are dangerous in the forms that aren't understood, too. */
const risky = new Set([
  ...['rm', 'rmdir', 'unlink', 'shred', 'dd', 'truncate', 'mkfs', 'fdisk', 'wipefs', 'chmod', 'chown', 'find', 'rsync'],
  ...[
    'sudo',
    'doas',
    'su',
    'eval',
    'source',
    '.',
    'ssh',
    'scp',
    'curl',
    'wget',
    'nc',
    'ncat',
    'crontab',
    'at',
    'mount',
  ],
  ...['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash', 'kill', 'killall', 'pkill', 'git', 'iptables', 'useradd', 'passwd'],
])

export function isRisky(program: string): boolean {
  return risky.has(program)
}
