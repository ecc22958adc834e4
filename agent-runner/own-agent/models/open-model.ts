import type { LanguageModel } from 'ai'
import type { ModelChoice } from './choose.ts'

/** The AI SDK's object for a model. A provider's library is loaded when it is first needed. */
export async function openModel({ endpoint, wireId }: ModelChoice): Promise<LanguageModel> {
  const { baseUrl, token: apiKey } = endpoint
  switch (endpoint.api) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ baseURL: versioned(baseUrl, 'v1'), apiKey })(wireId)
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI({ baseURL: versioned(baseUrl, 'v1beta'), apiKey })(wireId)
    }
    case 'bedrock': {
      const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
      // Who signs is the proxy; a region is asked for all the same.
      return createAmazonBedrock({ baseURL: baseUrl, apiKey, region: endpoint.region ?? 'us-east-1' })(wireId)
    }
    case 'openai': {
      if (endpoint.own === undefined) {
        const { createOpenAI } = await import('@ai-sdk/openai')
        return createOpenAI({ baseURL: baseUrl, apiKey }).responses(wireId)
      }
      // Servers of one's own speak Chat Completions; few of them know Responses.
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      return createOpenAICompatible({ name: endpoint.own.name, baseURL: baseUrl, apiKey, includeUsage: true })(wireId)
    }
  }
}

function versioned(baseUrl: string, version: string): string {
  return new RegExp(`/${version}$`).test(baseUrl) ? baseUrl : `${baseUrl}/${version}`
}
