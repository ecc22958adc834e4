/** Names of files that are known to hold keys and passwords; examples and templates of them aren't meant. */
export function isSecretName(path: string): boolean {
  return secretName.test(path) && !/example|sample|template/.test(path)
}

const secretName =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|credentials|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:pem|key|p12|pfx))$/
