import net, { type AddressInfo, type Socket } from 'node:net'
import os from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CallError } from '../../src/outbound/call-error.ts'
import type { Caller } from '../../src/outbound/caller.ts'
import type { Lookup } from '../../src/outbound/resolve.ts'
import { get, testCaller } from '../support/outbound.ts'
import { dice, embedded, memberOf, numbers, percent, unicode, type Bytes, type Dice } from './spellings.ts'

const SEED = 20_261_122

/** What may be called where private networks may. */
const PRIVATE = [
  '127.0.0.0/8',
  '127.0.0.1/32',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/11',
]
/** What may never be. */
const NEVER = [
  '0.0.0.0/8',
  '0.0.0.0/32',
  '169.254.0.0/16',
  '169.254.169.254/32',
  '169.254.170.2/32',
  '192.0.0.0/24',
  '192.0.0.192/32',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
]
const NEVER_IPV6 = [
  '::',
  '0:0:0:0:0:0:0:0',
  'fe80::1',
  'FE80::a9fe:a9fe',
  'febf:ffff::1',
  'fec0::1',
  'ff02::1',
  'ff0e::1',
  'fd00:ec2::254',
  'FD00:0EC2:0::0254',
  'fd20:ce::254',
  '100::1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:30::1',
  '2001:3::1',
  '4000::1',
  '::2',
  '::1:0:0:1',
  '1::1',
  '8000::1',
]
const PRIVATE_IPV6 = [
  '::1',
  '0:0:0:0:0:0:0:1',
  '0000:0000:0000:0000:0000:0000:0000:0001',
  '::0001',
  'fc00::1',
  'fd12:3456:789a::1',
  'FDFF::1',
]
const LOOPBACK = [
  'localhost',
  'LocalHost',
  'localhost.',
  'a.localhost',
  'ａ.localhost',
  'ｌocalhost',
  'loc%61lhost',
  'localhost.localdomain',
  'ip6-localhost',
  'ip6-loopback',
]
const METADATA = [
  'metadata',
  'METADATA.google.internal.',
  'metadata.goog',
  'instance-data',
  'x.metadata.google.internal',
  'metadata。google。internal',
]
const SCHEMES = [
  'ftp',
  'file',
  'gopher',
  'ws',
  'wss',
  'data',
  'jar',
  'blob',
  'dict',
  'ldap',
  'unix',
  'httpx',
  'http+unix',
  'view-source',
]
const PORTS = [1, 22, 25, 53, 110, 2375, 5432, 6379, 9200, 11_211, 65_535, 65_536, 0]

/** Listens wherever this machine can be reached, and counts who comes. */
async function listeners() {
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
  const usable = own.map(({ address }) => address).filter((address) => !/^fe80/i.test(address))
  const hosts = new Set(['0.0.0.0', '::', '127.0.0.1', '127.0.0.2', '::1', ...usable])
  const sockets = new Set<Socket>()
  let count = 0
  const ports: number[] = []
  const reached: string[] = []
  for (const host of [...hosts, '0.0.0.0', '::']) {
    const server = net.createServer((socket) => {
      count++
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', () => socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'))
    })
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // Not every machine has IPv6, or more than one loopback address.
    server.once('error', () => resolve(false))
    server.listen({ host, port: 0, ipv6Only: host.includes(':') }, () => resolve(true))
    if (!(await promise)) continue
    const { port } = server.address() as AddressInfo
    ports.push(port)
    const isPrivate = /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|::1$|f[cd])/i.test(host)
    if (isPrivate) reached.push(`http://${host.includes(':') ? `[${host}]` : host}:${port}/`)
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
  }
  return { ports, reached, count: () => count }
}

/** One host in one of its spellings, in or without brackets, as part of one of many URLs. */
function* literals(
  ipv4: readonly Bytes[],
  ipv6: readonly string[],
  count: number,
  random: Dice,
): Generator<string> {
  const { pick, roll } = random
  for (let made = 0; made < count; made++) {
    const bytes = pick(ipv4)
    const dotted = bytes.join('.')
    const host = [
      () => dotted,
      () => numbers(bytes, random),
      () => numbers(bytes, random),
      () => `${numbers(bytes, random)}.`,
      () => unicode(pick([dotted, numbers(bytes, random)]), random),
      () => percent(pick([dotted, numbers(bytes, random)]), random),
      () => `[${embedded(bytes, random)}]`,
      () => `[${embedded(bytes, random)}]`,
      () => `[${embedded(bytes, random)}]`,
      () => `[${pick(ipv6)}]`,
      () => `[${pick(ipv6)}%25eth${roll(3)}]`,
    ][roll(11)]
    yield host?.() ?? dotted
  }
}

/** The host in a URL, most often plainly. */
function within(host: string, port: number, { pick, roll }: Dice): string {
  const plain = `${pick(['http', 'http', 'HTTP', 'https'])}://${host}:${port}/${hexPath(roll(65_536))}`
  if (roll(3) > 0) return plain
  return pick([
    `http://1.1.1.1@${host}:${port}/`,
    `http://1.1.1.1:80@${host}:${port}/`,
    `http://good.example%00@${host}:${port}/`,
    `http://${host}:${port}\\@good.example/`,
    `http://${host}:${port}#@good.example/`,
    `http://${host}:${port}?@good.example/`,
    `http:${host}:${port}/`,
    `http:/${host}:${port}/`,
    `http:///${host}:${port}/`,
    `http:\\\\${host}:${port}\\`,
    `//${host}:${port}/`,
    ` http://${host}:${port}/`,
    `ht\ntp://${host}:${port}/`,
    `http://${host.slice(0, 1)}\t${host.slice(1)}:${port}/`,
    `http://${host}:0${port}/`,
    `http://${host}.:${port}/`,
    `http://${host}..:${port}/`,
    `http://\u00ad${host}\u200b:${port}/`,
    `${pick(SCHEMES)}://${host}:${port}/`,
    `http://${host}/`,
  ])
}

const hexPath = (value: number) => value.toString(16)

/** What came of a URL, by each way it can be asked about. */
async function outcomes(caller: Caller, url: string): Promise<readonly string[]> {
  const asCode = (error: unknown) => (error instanceof CallError ? error.code : String(error))
  let checked = 'allowed'
  try {
    caller.checkUrl(url)
  } catch (error) {
    checked = asCode(error)
  }
  const called = await caller
    .call(get(url, { timeoutMs: 20_000, follow: 3 }))
    .then(({ status }) => String(status), asCode)
  return [checked, called]
}

/** Those that were not refused by both. */
async function slipped(caller: Caller, urls: Iterable<string>) {
  const found: (readonly string[])[] = []
  let count = 0
  for (const url of urls) {
    count++
    const [checked = '', called = ''] = await outcomes(caller, url)
    if (checked !== 'blocked-address' || called !== 'blocked-address') found.push([url, checked, called])
  }
  return { found, count }
}

const noLookup: Lookup = () => {
  throw new Error('A resolver was asked for what is no name')
}

function members(networks: readonly string[], random: Dice): Bytes[] {
  return networks.flatMap((network) => Array.from({ length: 20 }, () => memberOf(network, random)))
}

describe('of thousands of ways to name what may not be called', () => {
  it('none that is closed by the rules gets a connection', async () => {
    const random = dice(SEED)
    const { ports, count } = await listeners()
    const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
    const mine = own
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => address.split('.').map(Number))
    const privates = mine.filter(([a]) => a === 10 || a === 127 || a === 192 || a === 172)
    const ipv4 = [...members([...PRIVATE, ...NEVER], random), ...(privates as unknown as Bytes[])]
    const caller = testCaller({ ports: [80, 443, ...ports] }, { lookup: noLookup })
    const urls = [...literals(ipv4, [...PRIVATE_IPV6, ...NEVER_IPV6], 8000, random)].map((host) =>
      within(host, random.pick(ports), random),
    )
    expect(await slipped(caller, urls)).toEqual({ found: [], count: 8000 })
    expect(count()).toBe(0)
  })

  it('none that nobody may call gets one, whatever the rules say', async () => {
    const random = dice(SEED + 1)
    const { ports, count } = await listeners()
    const rules = {
      privateNetworks: true,
      exceptions: ['0.0.0.0/0', '::/0', '*.internal', 'metadata'],
      ports,
    }
    const caller = testCaller(rules, { lookup: noLookup })
    const urls = [...literals(members(NEVER, random), NEVER_IPV6, 4000, random)].map((host) =>
      within(host, random.pick(ports), random),
    )
    const names = METADATA.map((name) => `http://${name}:${random.pick(ports)}/`)
    expect(await slipped(caller, [...urls, ...names])).toEqual({ found: [], count: 4000 + METADATA.length })
    expect(count()).toBe(0)
  })

  it('no name does that is a local one, nor any scheme or port that is not open', async () => {
    const random = dice(SEED + 2)
    const { ports, count } = await listeners()
    const caller = testCaller({ ports: [80, 443, ...ports] }, { lookup: noLookup })
    const urls = [...LOOPBACK, ...METADATA].flatMap((name) => ports.map((port) => within(name, port, random)))
    const schemes = SCHEMES.flatMap((scheme) => ports.map((port) => `${scheme}://127.0.0.1:${port}/`))
    const closed = PORTS.flatMap((port) => [`http://good.example:${port}/`, `https://1.1.1.1:${port}/`])
    const { found } = await slipped(caller, [...urls, ...schemes, ...closed])
    expect(found).toEqual([])
    expect(count()).toBe(0)
  })

  it('no name does that has an address that may not be called, alone or among others', async () => {
    const random = dice(SEED + 3)
    const { ports, count } = await listeners()
    const ipv4 = members([...PRIVATE, ...NEVER], random)
    const forbidden = () =>
      random.pick([
        random.pick(ipv4).join('.'),
        embedded(random.pick(ipv4), random),
        random.pick([...PRIVATE_IPV6, ...NEVER_IPV6]),
        'fe80::1%eth0',
        '127.0.0.1',
        '::1',
      ])
    const open = ['93.184.215.14', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']
    const answers: string[][] = []
    const lookup: Lookup = (_, __, callback) =>
      callback(
        null,
        (answers.at(-1) ?? []).map((address) => ({ address, family: net.isIP(address) })),
      )
    const caller = testCaller({ ports: [80, 443, ...ports] }, { lookup })
    const wrong: unknown[] = []
    for (let made = 0; made < 3000; made++) {
      const others = Array.from({ length: random.roll(3) }, () => random.pick(open))
      const addresses = [...others, forbidden()]
      answers.push(random.roll(2) === 0 ? addresses : addresses.toReversed())
      const url = `http://${random.pick(['good', 'a.b', 'xn--bcher-kva'])}.example:${random.pick(ports)}/`
      const [checked, called] = await outcomes(caller, url)
      if (checked !== 'allowed' || called !== 'blocked-address')
        wrong.push([url, answers.at(-1), checked, called])
    }
    expect(wrong).toEqual([])
    expect(count()).toBe(0)
  })
})

it('those who listen do notice calls, where they may be made', async () => {
  const { reached, ports, count } = await listeners()
  expect(reached.length).toBeGreaterThan(0)
  const lookup: Lookup = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
  const caller = testCaller({ privateNetworks: true }, { lookup })
  const port = /:(\d+)\/$/.exec(reached.find((url) => url.startsWith('http://127.0.0.1:')) ?? '')?.[1]
  const spelled = [
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '１２７.0.0.1',
    '[::ffff:7f00:1]',
    'localhost',
    'any.example',
  ]
  const everywhere = `http://127.0.0.1:${ports[0]}/`
  const urls = [...reached, everywhere, ...spelled.map((host) => `http://${host}:${port}/`)]
  for (const url of urls) expect([url, ...(await outcomes(caller, url))]).toEqual([url, 'allowed', '204'])
  expect(count()).toBe(urls.length)
})
