/** What a change is about, as far as its arguments say so: they are the mutator's own, and may be of a newer one. */
export function intentRunId(args: unknown): string | undefined {
  return textAt(args, 'runId')
}

export function intentPromptId(args: unknown): string | undefined {
  return textAt(args, 'promptId')
}

export function intentPermissionId(args: unknown): string | undefined {
  return textAt(args, 'permissionId')
}

export function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function textAt(args: unknown, key: string): string | undefined {
  const value = fieldOf(args, key)
  return typeof value === 'string' ? value : undefined
}
