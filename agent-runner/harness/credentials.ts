import type { z } from 'zod'
import type { RunSecret, SecretKind } from '#shared/domain/secret.ts'
import { BedrockAccessKey, BedrockKey } from '#shared/domain/secret-value.ts'
import { HarnessError } from './acp-session.ts'
import type { HarnessEnv } from './declaration.ts'

/** What a run lacks, and what a person can do about it. */
export function noCredentials(name: string, { secrets, command }: { secrets: string; command: string }): HarnessError {
  return new HarnessError(
    'authentication_required',
    `${name} has no credentials for this run. Add ${secrets} to the run’s secrets, or sign in with “${command}” on the runner’s machine and use the direct sandbox.`,
  )
}

/** Amazon's own variables, from the first secret of such a kind. @throws HarnessError when it is malformed. */
export function bedrockEnv(secrets: readonly RunSecret[]): HarnessEnv | undefined {
  const key = secrets.find(({ kind }) => kind === 'bedrock_key')
  if (key !== undefined) {
    const read = readSecret(key, BedrockKey)
    return { AWS_BEARER_TOKEN_BEDROCK: read.key, AWS_REGION: read.region }
  }
  const pair = secrets.find(({ kind }) => kind === 'bedrock_access_key')
  if (pair === undefined) return undefined
  const read = readSecret(pair, BedrockAccessKey)
  return {
    AWS_ACCESS_KEY_ID: read.accessKeyId,
    AWS_SECRET_ACCESS_KEY: read.secretAccessKey,
    ...(read.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: read.sessionToken }),
    AWS_REGION: read.region,
  }
}

const forms: Partial<Record<SecretKind, string>> = {
  bedrock_key: '{"key","region"}',
  bedrock_access_key: '{"accessKeyId","secretAccessKey","region"}',
}

function readSecret<T>(secret: RunSecret, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(secret.value))
  if (parsed.success) return parsed.data
  throw new HarnessError(
    'authentication_required',
    `The secret ${secret.name} is not of its form. It must be JSON: ${forms[secret.kind] ?? ''}.`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
