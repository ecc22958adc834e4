import type { RunSecret } from '#shared/domain/secret.ts'
import type { RunId } from '#shared/ids.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** The wire of a provider: Anthropic's Messages, OpenAI's Responses and Chat Completions, Google's Gemini API, Amazon's Converse. */
export const modelApis = ['anthropic', 'openai', 'google', 'bedrock'] as const
export type ModelApi = (typeof modelApis)[number]

/** Where the agent of one run finds the models of a provider. */
export interface ModelEndpoint {
  readonly api: ModelApi
  /** Without a slash at its end, and as the provider's own libraries take it: with `/v1` for `openai`, else without a version. */
  readonly baseUrl: string
  /** What the agent gives as its key. */
  readonly token: string
  /** Of Amazon Bedrock: where its models are. */
  readonly region?: string
  /** It leads to a server of one's own, as a secret of kind `model_endpoint` says. */
  readonly own?: OwnServer
}

export interface OwnServer {
  /** The secret's. */
  readonly name: string
  /** What it is said to have; empty: it is to be asked. */
  readonly models: readonly OwnModel[]
}

export interface OwnModel {
  /** As the server takes it. */
  readonly id: string
  /** Tokens of its context, where that is said. */
  readonly context?: number
}

/** The models that one run may call. */
export interface RunModels {
  /** `undefined`: the run has no credentials for it. */
  endpoint(api: ModelApi): ModelEndpoint | undefined
  /** Every way to models, also several for one wire. Absent: what `endpoint` tells is all. */
  all?(): readonly ModelEndpoint[]
  /** The next turn brings its secrets anew; the endpoints stay where they are. */
  renew(secrets: readonly RunSecret[]): void
  close(): void
}

/** What one call of a model used. `inputTokens` are those that came from no cache of the provider. */
export interface ModelCallUsage {
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
  /** Of the input: written into a cache, where the provider tells that apart. */
  readonly cacheWrittenTokens?: number
}

/** Gives each run its own way to the models, by the credentials among its secrets. */
export interface ModelGateway {
  open(run: {
    runId: RunId
    /** Where the agent's processes are, which need a way to this one. @throws SandboxError */
    sandbox: Pick<Sandbox, 'reach'>
    secrets: readonly RunSecret[]
    /** After each call that went through: what the harness itself tells of that prompt is then left out. */
    onUsage: (usage: ModelCallUsage) => void
  }): Promise<RunModels>
  close(): Promise<void>
}
