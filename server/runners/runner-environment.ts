type Environment = Readonly<Record<string, string | undefined>>

/** Settings of the runner itself, what its git, ssh, npm and Docker need of the person's environment, and where agents find their sign-in. */
const needed =
  /^(?:DROVER_(?:RUNNER|DOCKER|DIRECT)_[A-Z_]+|(?:DROVER|OZ)_SNAPSHOT_DECLARATIONS_(?:SCRIPT|FILE)|DROVER_(?:NO_CLEANUP|NO_SNAPSHOT|AGENTS|OPENCODE_CONFIG|LOG_LEVEL)|CLAUDE_CONFIG_DIR|CLAUDE_CODE_OAUTH_TOKEN|CODEX_HOME|GEMINI_CLI_HOME|DOCKER_(?:HOST|CONTEXT|CONFIG|TLS_VERIFY|CERT_PATH|API_VERSION)|OTEL_METRICS_EXPORTER|OTEL_EXPORTER_PROMETHEUS_(?:HOST|PORT)|PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TZ|TMPDIR|SSH_AUTH_SOCK|GIT_SSH_COMMAND|XDG_(?:CONFIG|DATA)_HOME|(?:HTTPS?|NO)_PROXY|(?:https?|no)_proxy|SSL_CERT_FILE|SSL_CERT_DIR|GIT_SSL_CAINFO|NODE_EXTRA_CA_CERTS|npm_config_registry)$/

/**
 * The part of the server's environment that its runner is started with. The rest, `DATABASE_URL` and the server's own
 * keys among it, would be readable for every agent that runs as the same user.
 */
export function runnerEnvironment(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => needed.test(name)))
}
