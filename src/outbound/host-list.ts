/** A list of hosts and networks, as the rules name them, and what is on it. */
import { parseAddress, type Address } from './address-kind.ts'
import { parseHostRule, type HostRule } from './rules.ts'

export class HostList {
  readonly #names: readonly Extract<HostRule, { kind: 'name' }>[]
  readonly #networks: readonly (readonly [Address, number])[]

  constructor(rules: readonly string[]) {
    const parsed = rules.map((rule) => {
      const found = parseHostRule(rule)
      if (!found) throw new TypeError(`"${rule}" is neither a network nor an address nor a host name`)
      return found
    })
    this.#names = parsed.filter((rule) => rule.kind === 'name')
    this.#networks = parsed
      .filter((rule) => rule.kind === 'network')
      .map(({ address, bits }) => [parseAddress(address), bits] as const)
  }

  get isEmpty(): boolean {
    return this.#names.length === 0 && !this.hasNetworks
  }

  /** Whether a name can be on the list for what it resolves to. */
  get hasNetworks(): boolean {
    return this.#networks.length > 0
  }

  hasName(host: string): boolean {
    return this.#names.some(({ name, below }) => (below ? host.endsWith(`.${name}`) : host === name))
  }

  hasAddress(address: string): boolean {
    const ip = parseAddress(address)
    return this.#networks.some(([network, bits]) => ip.kind() === network.kind() && ip.match(network, bits))
  }
}
