import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'
import { isListedHost } from '#shared/domain/environment-egress.ts'
import { err, ok, type Result } from '#shared/result.ts'

/** Judges where the processes of a run may connect to, by the list of its environment. */
export interface EgressGuard {
  /** @returns the addresses that may be connected to, and no others: a second look-up could answer differently. The error is a sentence. */
  check(host: string, port: number): Promise<Result<readonly string[], string>>
}

export type Resolve = (host: string) => Promise<readonly string[]>

/** Azure's way to a machine's metadata stands among public addresses. */
const metadata = ['168.63.129.16']
const mostAddresses = 8

export function createEgressGuard({
  hosts,
  resolve = resolveHere,
  ownAddresses = addressesHere,
}: {
  hosts: readonly string[]
  resolve?: Resolve | undefined
  /** Of the runner's machine: what listens there is meant for others. */
  ownAddresses?: () => readonly string[]
}): EgressGuard {
  const listed = hosts.map(plainEntry)

  function allowed(address: string, port: number): boolean {
    if (isListedHost(listed, address, port)) return true
    return isPublic(address) && !ownAddresses().map(plainAddress).includes(address)
  }

  return {
    async check(given, port) {
      const host = given.replace(/^\[(.+)\]$/, '$1').replace(/\.$/, '')
      if (ipaddr.isValid(host) && !isShortened(host)) {
        const address = plainAddress(host)
        return isListedHost(listed, address, port) ? ok([address]) : err(`${host} is an address that is not listed.`)
      }
      if (!isListedHost(listed, host, port)) return err(`${host} (port ${port}) is not listed.`)
      const found = await resolve(host).catch(() => [])
      const addresses = found.map(plainAddress).slice(0, mostAddresses)
      if (addresses.length === 0) return err(`${host} is listed, but its name leads nowhere at the moment.`)
      const open = addresses.filter((address) => allowed(address, port))
      if (open.length > 0) return ok(open)
      return err(
        `${host} is listed, but leads to ${addresses[0] ?? ''}, which is not an address of the public Internet. It is only reached where that address is listed too.`,
      )
    },
  }
}

/** Neither of a private network, nor this machine, nor any of the ranges that are kept for something special. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const plain = ipaddr.process(address)
  return plain.range() === 'unicast' && !metadata.includes(plain.toString())
}

/** As `127.1` and `2130706433`, which some programs read as addresses. They count as names here, and what they lead to is judged. */
function isShortened(host: string): boolean {
  return !host.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(host)
}

/** One spelling for each address; IPv4 in the clothes of IPv6 is IPv4. */
function plainAddress(address: string): string {
  return ipaddr.isValid(address) && !isShortened(address) ? ipaddr.process(address).toString() : address
}

function plainEntry(entry: string): string {
  const [, address, port = ''] = /^\[(.+)\](:\d+)?$/.exec(entry) ?? []
  if (address === undefined) return entry
  const plain = plainAddress(address)
  return plain.includes(':') ? `[${plain}]${port}` : `${plain}${port}`
}

async function resolveHere(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

function addressesHere(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}
