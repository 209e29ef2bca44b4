/** Put in before a server starts: names whose addresses change, as from a name server that wants to be believed once. */
import dns from 'node:dns'

/** For the profile. */
export const REBINDING_NAMES = {
  mixed: 'mixed-{{unique}}.rebinding.example',
  turned: 'turned-{{unique}}.rebinding.example',
} as const

// Public by its range, and given out to nobody: a connection to it goes nowhere.
const PUBLIC = { address: '2e00::1', family: 6 }
const PRIVATE = { address: '127.0.0.1', family: 4 }

const asked = new Map<string, number>()

function addressesOf(host: string): readonly dns.LookupAddress[] {
  const times = (asked.get(host) ?? 0) + 1
  asked.set(host, times)
  if (host.startsWith('mixed-')) return [PUBLIC, PRIVATE]
  return [times % 2 === 1 ? PUBLIC : PRIVATE]
}

type Answered = (error: Error | null, addresses: readonly dns.LookupAddress[]) => void

const { lookup } = dns

dns.lookup = Object.assign((...asking: unknown[]) => {
  const [host] = asking
  if (typeof host !== 'string' || !host.endsWith('.rebinding.example'))
    return (lookup as (...all: unknown[]) => void)(...asking)
  const answer = asking.at(-1) as Answered
  queueMicrotask(() => answer(null, addressesOf(host)))
}, lookup)
