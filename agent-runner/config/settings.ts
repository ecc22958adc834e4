/** One row of the table of settings: nothing else of the runner reads the environment. */
export interface Setting {
  /** The variable of the environment. */
  readonly name: string
  /** Of `drover runner`. */
  readonly flag?: string
  /** Path in the configuration file. */
  readonly key?: string
  /** What stands at that path; absent: one value. `off` is a switch of which the variable is the opposite. */
  readonly form?: 'list' | 'variables' | 'off'
  /** Its value is shown to nobody. */
  readonly secret?: true
  readonly about: string
}

export const settings: readonly Setting[] = [
  { name: 'DROVER_URL', flag: '--url', key: 'url', about: 'Address of the server. Default http://127.0.0.1:4400.' },
  {
    name: 'DROVER_API_KEY',
    flag: '--api-key',
    secret: true,
    about: 'Agent key that the server made for this runner. Other users of the machine can read a flag.',
  },
  {
    name: 'DROVER_API_KEY_FILE',
    flag: '--key-file',
    key: 'api_key_file',
    about: 'File that holds the agent key, instead of DROVER_API_KEY.',
  },
  { name: 'DROVER_RUNNER_CONFIG', flag: '--config-file', about: 'Configuration file, in YAML.' },
  {
    name: 'DROVER_RUNNER_DIR',
    flag: '--dir',
    key: 'data_dir',
    about: 'Data folder of this runner. Default ~/.local/share/drover/runner.',
  },
  {
    name: 'DROVER_RUNNER_NAME',
    flag: '--name',
    key: 'name',
    about: 'Name of this runner. Default the machine’s name.',
  },
  {
    name: 'DROVER_RUNNER_HOST',
    flag: '--worker-id',
    key: 'worker_id',
    about: 'Host name that runs ask for; several runners may share one. Default the machine’s name.',
  },
  {
    name: 'DROVER_RUNNER_BACKENDS',
    flag: '--backend',
    key: 'backend',
    about: 'Sandboxes that it offers: docker, direct, or both with a comma between. Default both.',
  },
  {
    name: 'DROVER_RUNNER_CAPACITY',
    flag: '--max-concurrent-tasks',
    key: 'max_concurrent_tasks',
    about: 'Runs that it takes at once, up to 1000; 0 is as many as may be. Default 4.',
  },
  {
    name: 'DROVER_RUNNER_IDLE',
    flag: '--idle-on-complete',
    key: 'idle_on_complete',
    about:
      'How long an agent stays alive after its turn, for a follow-up, such as 45m; 0s ends it at once. Default 10m.',
  },
  { name: 'DROVER_RUNNER_IDLE_MS', about: 'The same in milliseconds; DROVER_RUNNER_IDLE goes before it.' },
  {
    name: 'DROVER_NO_CLEANUP',
    flag: '--no-cleanup',
    key: 'cleanup',
    form: 'off',
    about: '1 keeps containers and folders after a run, for looking at them.',
  },
  {
    name: 'DROVER_RUNNER_ENV',
    flag: '--env',
    form: 'list',
    secret: true,
    about: 'Variables of every run: NAME=value, or NAME for the runner’s own. A JSON list, or one a line.',
  },
  { name: 'DROVER_LOG_LEVEL', flag: '--log-level', key: 'log_level', about: 'debug, info (default), warn or error.' },
  {
    name: 'DROVER_DOCKER_VOLUMES',
    flag: '--volumes',
    key: 'backend.docker.volumes',
    form: 'list',
    about: 'Folders and named volumes of containers: source:/path or source:/path:ro. A JSON list, or one a line.',
  },
  {
    name: 'DROVER_DOCKER_ENV',
    key: 'backend.docker.environment',
    form: 'variables',
    secret: true,
    about: 'Variables of runs in containers, as DROVER_RUNNER_ENV.',
  },
  {
    name: 'DROVER_DOCKER_UNSAFE_VOLUMES',
    flag: '--allow-unsafe-volumes',
    key: 'backend.docker.allow_unsafe_volumes',
    about: '1 lets volumes reach Docker’s socket and the runner’s own data folder. Whoever has these has the machine.',
  },
  {
    name: 'DROVER_DOCKER_IMAGE',
    flag: '--image',
    key: 'backend.docker.image',
    about: 'Image of runs that name none. Default debian:bookworm.',
  },
  {
    name: 'DROVER_DOCKER_PULL',
    flag: '--pull',
    key: 'backend.docker.pull_policy',
    about:
      'When an image is fetched: missing (default), always before a run’s first turn, or never. An environment may say otherwise, but for never.',
  },
  {
    name: 'DROVER_DOCKER_NETWORK',
    flag: '--network',
    key: 'backend.docker.network',
    about: 'bridge (default), none, host, or the name of a network of Docker.',
  },
  {
    name: 'DROVER_DOCKER_MEMORY',
    flag: '--memory',
    key: 'backend.docker.memory',
    about: 'Memory limit of a container, such as 4g. Default 4g.',
  },
  { name: 'DROVER_DOCKER_MEMORY_MB', about: 'The same in MiB; DROVER_DOCKER_MEMORY goes before it.' },
  {
    name: 'DROVER_DOCKER_CPUS',
    flag: '--cpus',
    key: 'backend.docker.cpus',
    about: 'Processors of a container. Default 2.',
  },
  {
    name: 'DROVER_DOCKER_PIDS',
    flag: '--pids',
    key: 'backend.docker.pids',
    about: 'Processes of a container. Default 1024.',
  },
  {
    name: 'DROVER_DOCKER_SHM',
    flag: '--shm-size',
    key: 'backend.docker.shm_size',
    about: 'Size of /dev/shm. Default 256m, and at most half of the memory.',
  },
  {
    name: 'DROVER_DOCKER_TMP',
    flag: '--tmp-size',
    key: 'backend.docker.tmp_size',
    about: 'Size of /tmp, which is in memory. Default half of the memory.',
  },
  {
    name: 'DROVER_DOCKER_DISK',
    flag: '--disk',
    key: 'backend.docker.disk',
    about: 'What a container may write outside of its workspace, where Docker’s storage driver can hold it to that.',
  },
  {
    name: 'DROVER_DOCKER_SOCKET',
    key: 'backend.docker.socket',
    about: 'Socket of the Docker engine. Default DOCKER_HOST, else /var/run/docker.sock.',
  },
  { name: 'DOCKER_HOST', about: 'As Docker’s own tools read it: unix:///path or tcp://host:port.' },
  {
    name: 'DOCKER_CONTEXT',
    about: 'Context of Docker’s own tools, whose engine is used where DOCKER_HOST is not set.',
  },
  { name: 'DOCKER_CONFIG', about: 'Folder of Docker’s own settings and credentials. Default ~/.docker.' },
  { name: 'DOCKER_TLS_VERIFY', about: 'Anything but 0: the engine at a tcp address is spoken to by TLS.' },
  { name: 'DOCKER_CERT_PATH', about: 'Folder with ca.pem, cert.pem and key.pem for that. Default ~/.docker.' },
  { name: 'DOCKER_API_VERSION', about: 'Version of Docker’s API, such as 1.44.' },
  {
    name: 'DROVER_RUNNER_WORKSPACES',
    flag: '--workspace-root',
    key: 'backend.direct.workspace_root',
    about: 'Where the folders of runs lie, in one for this runner. Default runs in the data folder.',
  },
  {
    name: 'DROVER_DIRECT_SETUP',
    flag: '--setup-command',
    key: 'backend.direct.setup_command',
    about: 'Command of this machine before each direct run starts.',
  },
  {
    name: 'DROVER_DIRECT_TEARDOWN',
    flag: '--teardown-command',
    key: 'backend.direct.teardown_command',
    about: 'Command of this machine after each direct run, also one that failed or whose runner died.',
  },
  {
    name: 'DROVER_DIRECT_COMMAND_TIME',
    key: 'backend.direct.command_time',
    about: 'How long either command may take. Default 10m.',
  },
  {
    name: 'DROVER_DIRECT_ENV',
    key: 'backend.direct.environment',
    form: 'variables',
    secret: true,
    about: 'Variables of direct runs, as DROVER_RUNNER_ENV.',
  },
  {
    name: 'DROVER_RUNNER_MIN_FREE',
    flag: '--min-free',
    key: 'disk.min_free',
    about: 'Disk space below which nothing new is taken; 0 switches this off. Default 2g.',
  },
  {
    name: 'DROVER_RUNNER_RUN_DISK',
    flag: '--run-disk',
    key: 'disk.run',
    about: 'What one run may take on the disk before it is stopped; 0 is without a bound. Default 30g.',
  },
  {
    name: 'DROVER_RUNNER_OUTPUT',
    flag: '--keep-output',
    key: 'keep_output',
    about:
      'What is kept of one command’s output for download, 1g at most; its start and end are always kept. Default 256m.',
  },
  {
    name: 'DROVER_RUNNER_QUIET_MS',
    about: 'Silence of an agent after which the transcript says so. Default 120000.',
  },
  { name: 'DROVER_RUNNER_HUNG_MS', about: 'Silence of an agent after which its run ends. Default 1800000.' },
  {
    name: 'DROVER_RUNNER_KEEP_DAYS',
    key: 'keep_days',
    about: 'Days for which the workspace of an ended run is kept. Default 14.',
  },
  {
    name: 'DROVER_RUNNER_SETUPS',
    key: 'set_ups.count',
    about: 'Set-ups of environments that are kept for later runs; 0 keeps none. Default 20.',
  },
  {
    name: 'DROVER_RUNNER_SETUPS_GB',
    key: 'set_ups.gigabytes',
    about: 'Disk space that they take together. Default 20.',
  },
  {
    name: 'DROVER_RUNNER_SETUPS_DAYS',
    key: 'set_ups.days',
    about: 'Days after their last use for which they are kept. Default 14.',
  },
  {
    name: 'DROVER_NO_SNAPSHOT',
    flag: '--no-snapshot',
    key: 'snapshot.enabled',
    form: 'off',
    about: '1 saves no workspace at the end of a turn.',
  },
  {
    name: 'DROVER_SNAPSHOT_DECLARATIONS_SCRIPT',
    key: 'snapshot.declarations_script',
    about:
      'Script, as a sandbox sees it, that says what of a workspace is saved. Also OZ_SNAPSHOT_DECLARATIONS_SCRIPT.',
  },
  {
    name: 'DROVER_SNAPSHOT_DECLARATIONS_FILE',
    key: 'snapshot.declarations_file',
    about: 'File, as a sandbox sees it, that says it. Also OZ_SNAPSHOT_DECLARATIONS_FILE.',
  },
  {
    name: 'DROVER_OPENCODE_CONFIG',
    secret: true,
    about: 'Configuration of OpenCode as JSON, with a provider and a model.',
  },
  {
    name: 'DROVER_AGENTS',
    secret: true,
    about: 'More agents that speak the Agent Client Protocol, as a JSON list or the path of a file with one.',
  },
  {
    name: 'CLAUDE_CODE_OAUTH_TOKEN',
    secret: true,
    about: 'Sign-in of Claude Code on this machine, for the direct sandbox.',
  },
  {
    name: 'OTEL_METRICS_EXPORTER',
    about: 'prometheus serves figures at /metrics and health at /healthz. Default none.',
  },
  { name: 'OTEL_EXPORTER_PROMETHEUS_HOST', about: 'Address on which they are served. Default localhost.' },
  { name: 'OTEL_EXPORTER_PROMETHEUS_PORT', about: 'Port on which they are served. Default 9464.' },
  { name: 'DROVER_RUNNER_PARENT_PID', about: 'Set by a server that started this runner itself.' },
]
