/** What a machine or an environment says of snapshots. Each name is also read as the reference platform writes it, with `OZ_`. */
export interface SnapshotSettings {
  /** Nothing is saved. */
  off: boolean
  /** Paths as the sandbox has them. */
  script: string | undefined
  file: string | undefined
}

export function snapshotSettings(variables: Readonly<Record<string, string | undefined>>): SnapshotSettings {
  const named = (name: string): string | undefined => {
    const value = variables[`DROVER_${name}`] ?? variables[`OZ_${name}`]
    return value === '' ? undefined : value
  }
  return {
    off: ['1', 'true'].includes(named('NO_SNAPSHOT') ?? ''),
    script: named('SNAPSHOT_DECLARATIONS_SCRIPT'),
    file: named('SNAPSHOT_DECLARATIONS_FILE'),
  }
}

/** An environment's own words go before those of the machine. */
export function settingsFor(machine: SnapshotSettings, variables: Readonly<Record<string, string>>): SnapshotSettings {
  const own = snapshotSettings(variables)
  const declares = own.script !== undefined || own.file !== undefined
  const { script, file } = declares ? own : machine
  return { off: machine.off || own.off, script, file }
}
