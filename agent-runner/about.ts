import type { RunnerAbout } from '#shared/domain/runner-about.ts'
import type { RunnerConfig } from './config.ts'

const MiB = 1024 ** 2

/** What people see of a runner's settings. */
export function aboutRunner(config: RunnerConfig, freeBytes: number | undefined): RunnerAbout {
  const { docker, disk } = config
  return {
    ...(freeBytes === undefined ? {} : { freeBytes: rounded(freeBytes) }),
    minFreeBytes: disk.minFreeBytes,
    runBytes: disk.runBytes,
    idleMs: config.idleMs,
    cleansUp: config.cleanUp,
    ...(config.backends.includes('docker')
      ? {
          docker: {
            image: docker.image.slice(0, 300),
            pull: docker.pull,
            network: docker.network,
            memoryMb: Math.round(docker.memoryBytes / MiB),
            cpus: docker.cpus,
            pids: docker.pids,
          },
        }
      : {}),
  }
}

/** To two digits: what is free changes all the time, and each change is told. */
function rounded(bytes: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, bytes))) - 1)
  return Math.round(bytes / unit) * unit
}
