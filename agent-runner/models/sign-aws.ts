import { AwsV4Signer } from 'aws4fetch'
import type { Upstream } from './providers.ts'

/** The headers by which Amazon knows who asks, for this very request (Signature Version 4); none where its key is given otherwise. */
export async function awsHeaders(
  { aws }: Upstream,
  { method, url, body }: { readonly method: string; readonly url: URL; readonly body: Uint8Array },
): Promise<Record<string, string>> {
  if (aws?.pair === undefined) return {}
  const { accessKeyId, secretAccessKey, sessionToken } = aws.pair
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    body: new Uint8Array(body),
    service: 'bedrock',
    region: aws.region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  })
  const { headers } = await signer.sign()
  const names = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])))
}
