import { z } from 'zod'
import { PullPolicy } from './environment.ts'

/** What people see of a runner's settings and of its disk. */
export const RunnerAbout = z.object({
  /** Of the disk that has least, to two digits. */
  freeBytes: z.number().nonnegative().optional(),
  /** Below which nothing new is taken; 0: nothing is watched. */
  minFreeBytes: z.number().nonnegative(),
  /** Of one run; 0: without a bound. */
  runBytes: z.number().nonnegative(),
  /** How long an agent stays for a follow-up. */
  idleMs: z.number().nonnegative(),
  /** Off: containers and folders of ended runs are kept. */
  cleansUp: z.boolean(),
  /** Of one container; absent: it has no Docker. */
  docker: z
    .object({
      image: z.string().max(300),
      pull: PullPolicy,
      network: z.string().max(100),
      memoryMb: z.number().positive(),
      cpus: z.number().positive(),
      pids: z.number().positive(),
    })
    .optional(),
})
export type RunnerAbout = z.infer<typeof RunnerAbout>
