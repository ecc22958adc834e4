import { readFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { z } from 'zod'
import { joinSealed, sealedFor, sealInfo } from '#shared/domain/secret-seal.ts'
import { checkSecretValue, type ValueProblem } from '#shared/domain/secret-value.ts'
import { Secret, SecretKind, SecretKeyId, SecretName, type SealedValue } from '#shared/domain/secret.ts'
import { SecretId, TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import { CommandError, type DroverServer } from './server.ts'

const Which = { name: SecretName, own: z.boolean().default(false) }
export const SecretOptions = z.discriminatedUnion('do', [
  z.object({ do: z.literal('list'), json: z.boolean().default(false) }),
  z.object({
    do: z.literal('set'),
    ...Which,
    kind: SecretKind.optional(),
    description: z.string().max(500).optional(),
    /** Path of a file with the value; absent: standard input. */
    file: z.string().optional(),
  }),
  z.object({ do: z.literal('delete'), ...Which }),
])
export type SecretOptions = z.infer<typeof SecretOptions>

const Listed = z.object({ secrets: z.array(Secret) })
const Key = z.object({ id: SecretKeyId, publicKey: z.string() })
const Me = z.object({ user: z.object({ id: UserId }), team: z.object({ id: TeamId }) })

const problems: Readonly<Record<ValueProblem, string>> = {
  empty: 'There is no value.',
  too_long: 'The value is too long: the longest is 130,000 bytes.',
  nul: 'The value has a NUL byte, which no variable can have.',
  spaces_inside: 'A key has no spaces inside.',
  anthropic_form: 'A key of Anthropic begins with sk-ant-.',
  openai_form: 'A key of OpenAI begins with sk-.',
  google_form: 'This does not look like a key of Google.',
  json: 'The value of this kind is JSON.',
  json_field: 'A field is missing or wrong',
  url: 'The address must begin with http:// or https://.',
  host: 'The host is a name, such as github.com, without https://.',
  ssh_public: 'This is a public key. The private one is wanted.',
  ssh_form: 'This is no private key as OpenSSH writes it.',
  ssh_passphrase: 'The key has a passphrase, which nobody could type.',
}

/** Lists, sets and deletes secrets. A value is sealed here; the server gets nothing else. @returns what is printed. */
export async function lookAfterSecrets(
  { server, readValue }: { server: DroverServer; readValue: (what: string) => Promise<string> },
  options: SecretOptions,
): Promise<string> {
  const { secrets } = Listed.parse(await server.get('/api/v1/secrets'))
  if (options.do === 'list') return options.json ? JSON.stringify(secrets, undefined, 2) : listed(secrets)
  const me = Me.parse(await server.get('/api/v1/me'))
  const owner = options.own ? 'person' : 'team'
  const known = secrets.find((one) => one.name === options.name && one.owner === owner)
  if (options.do === 'delete') {
    if (known === undefined) throw new CommandError(`There is no secret ${options.name}${ofWhom(options.own)}.`)
    await server.delete(`/api/v1/secrets/${known.id}?owner=${owner}`)
    return `${options.name} is deleted.`
  }
  const { name, description } = options
  if (known !== undefined && options.kind !== undefined && options.kind !== known.kind)
    throw new CommandError(`${name} is of the kind ${known.kind}. Delete it first to make it another.`)
  const kind = known?.kind ?? options.kind ?? 'text'
  const value = checkedValue(kind, await typedValue(options, readValue))
  const key = Key.parse(await server.get('/api/v1/secrets/key'))
  const secretId = known?.id ?? SecretId.parse(uuidv7(Date.now(), randomBytes(10)))
  const whose = { teamId: me.team.id, owner: options.own ? me.user.id : undefined, secretId }
  const given = { owner, keyId: key.id, sealed: await seal(key.publicKey, sealedFor(whose), value) }
  const told = description === undefined ? {} : { description }
  if (known !== undefined) {
    await server.patch(`/api/v1/secrets/${known.id}`, { ...given, ...told })
    return `${name} has a new value.`
  }
  await server.post('/api/v1/secrets', { secretId, name, kind, ...given, ...told })
  return `${name} is kept${ofWhom(options.own)}. Nobody can read it again.`
}

async function typedValue(
  { name, file }: { name: string; file?: string | undefined },
  readValue: (what: string) => Promise<string>,
): Promise<string> {
  const text =
    file === undefined
      ? await readValue(`Value of ${name}`)
      : await readFile(file, 'utf8').catch(() => {
          throw new CommandError(`${file} can’t be read.`)
        })
  // Programs and editors end a line where the value ends.
  return text.replace(/\r?\n$/, '')
}

function checkedValue(kind: SecretKind, typed: string): string {
  const checked = checkSecretValue(kind, typed)
  if (checked.ok) return checked.value.value
  const { problem, field } = checked.error
  throw new CommandError(field === undefined ? problems[problem] : `${problems[problem]}: ${field}`)
}

/** As the app seals (`shared/domain/secret-seal.ts`). */
async function seal(publicKey: string, whose: string, value: string): Promise<SealedValue> {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const key = await suite.DeserializePublicKey(new Uint8Array(Buffer.from(publicKey, 'base64url')))
  const sealed = await suite.Seal(key, encode(value), { info: encode(sealInfo), aad: encode(whose) })
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  return joinSealed(base64(sealed.encapsulatedSecret), base64(sealed.ciphertext))
}

const ofWhom = (own: boolean): string => (own ? ' of your own' : ' of the team')

function listed(secrets: readonly Secret[]): string {
  if (secrets.length === 0) return 'No secrets yet.'
  const rows = secrets
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, kind, owner, description }) => [name, kind, owner === 'team' ? 'team' : 'own', description])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (cell ?? '').padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
