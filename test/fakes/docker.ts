import { createDockerEngine } from '#agent-runner/sandbox/docker-engine.ts'

/** Image with git, certificates and the project's Node, made by scripts/test-engines.sh. */
export const testImage = 'drover-test-base:bookworm'

/** Of containers that a test starts by itself. */
export const testLimits = {
  image: testImage,
  network: 'none',
  pull: 'missing',
  memoryBytes: 512 * 1024 * 1024,
  cpus: 2,
  pids: 200,
  shmBytes: 64 * 1024 * 1024,
  tmpBytes: 64 * 1024 * 1024,
  diskBytes: undefined,
  volumes: [],
  env: {},
} as const

/**
 * The engine that `scripts/test-engines.sh` started, or the machine's own.
 * @returns why tests with it are skipped, or `undefined` when they run. @throws with DROVER_REQUIRE=all.
 */
export async function dockerMissing(): Promise<string | undefined> {
  const host = process.env['DROVER_TEST_DOCKER_SOCKET'] === undefined ? process.env['DOCKER_HOST'] : undefined
  const engine = createDockerEngine({ socket: process.env['DROVER_TEST_DOCKER_SOCKET'], host })
  const problem = (await engine.problem()) ?? (await imageMissing(engine))
  if (problem !== undefined && process.env['DROVER_REQUIRE'] === 'all') throw new Error(problem)
  return problem
}

async function imageMissing({ docker }: ReturnType<typeof createDockerEngine>): Promise<string | undefined> {
  return docker
    .getImage(testImage)
    .inspect()
    .then(
      () => undefined,
      () => `The image ${testImage} is not there; scripts/test-engines.sh makes it.`,
    )
}

/** Settings of a runner whose containers live in that engine. */
export function dockerSettings(): Record<string, string> {
  const socket = process.env['DROVER_TEST_DOCKER_SOCKET']
  const host = process.env['DOCKER_HOST']
  return {
    ...(socket === undefined ? {} : { DROVER_DOCKER_SOCKET: socket }),
    ...(host === undefined ? {} : { DOCKER_HOST: host }),
    DROVER_DOCKER_IMAGE: testImage,
    // The test engine has no bridge.
    DROVER_DOCKER_NETWORK: 'none',
  }
}
