import { describe, expect, it } from 'vitest'
import { kindOf } from '../../src/outbound/address-kind.ts'
import { CallError } from '../../src/outbound/call-error.ts'
import { Guard, type CheckOptions } from '../../src/outbound/guard.ts'
import { isForbiddenHeader } from '../../src/outbound/request-headers.ts'
import { DEFAULT_RULES, isHostRule, type OutboundRules } from '../../src/outbound/rules.ts'
import { testCaller } from '../support/outbound.ts'

const allowed = (check: () => unknown): boolean => {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof CallError && error.code === 'blocked-address') return false
    throw error
  }
}
const may = (rules: Partial<OutboundRules>, url: string, options?: CheckOptions) =>
  allowed(() => testCaller(rules).checkUrl(url, options))
/** The URL and then the addresses its host has. */
const mayWith = (rules: Partial<OutboundRules>, url: string, addresses: readonly string[], secure = false) =>
  allowed(() => {
    const guard = new Guard({ ...DEFAULT_RULES, ...rules })
    guard.checkAddresses(guard.checkUrl(url, { secure }), addresses, { secure })
  })

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (address) => {
    expect(kindOf(address)).toBe('public')
  })

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.0',
    '100.127.255.255',
    '::1',
    'fc00::1',
    'fdff:ffff::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
  ])('%s is private', (address) => {
    expect(kindOf(address)).toBe('private')
  })

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.0.1',
    '192.0.0.192',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '::',
    'fe80::1',
    'febf::1',
    'fe80::1%eth0',
    '::1%lo',
    '2606:4700::1111%1',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::ffff:0.0.0.0',
    '::ffff:100.100.100.200',
    '::127.0.0.1',
    '::7f00:1',
    '::8.8.8.8',
    '::2',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::a83f:8110',
    '64:ff9b:1::1',
    '64:ff9b:1::808:808',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '3fff::1',
    '3fff:fff::1',
    '5f00::1',
    '100::1',
    '100:0:0:1::1',
    '4000::1',
    '1fff::1',
    'e000::1',
    '200::1',
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.1.1.1/32',
  ])('"%s" is never called', (address) => {
    expect(kindOf(address)).toBe('never')
  })
})

describe('a URL', () => {
  it.each([
    'http://a.example/',
    'https://a.example/x?y#z',
    'HTTPS://A.EXAMPLE:8443',
    'http://1.1.1.1:8080/',
    'http://[2606:4700::1111]/',
    'https://bücher.example/',
    'http://a.example./',
    'http://a_b.example/',
  ])('%s may be called', (url) => {
    expect(may({}, url)).toBe(true)
  })

  it.each([
    '',
    'a.example',
    '//a.example/',
    '/x',
    'ftp://a.example/',
    'file:///etc/passwd',
    'data:,x',
    'gopher://a.example/',
    'javascript:0',
    'ws://a.example/',
    'http:',
    'http://',
    'http://user@a.example/',
    'http://:pw@a.example/',
    'http://a.example:22/',
    'http://a.example:0/',
    'http://a.example:99999/',
    'https://a.example:80443/',
    ' http://a.example/',
    'http://a.exa\tmple/',
    'http://a.example/\n',
    'http://a.example/\u0000',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://localhost.localdomain/',
    'http://ip6-localhost/',
    'http://metadata/',
    'http://metadata.google.internal/',
    'http://instance-data/latest',
    'http://a..example/',
    'http://a.example../',
    'http://./',
    'http://a,b/',
    'http://a*.example/',
    'http://127.0.0.1../',
    'http://127.0.0.1./',
    'http://0x7f.1./',
    `http://a.example/${'x'.repeat(8000)}`,
    `http://${'a'.repeat(64)}.example/`,
    `http://${'a.'.repeat(130)}example/`,
    'http://[fe80::1%25eth0]/',
  ])('"%s" may not', (url) => {
    expect(may({}, url)).toBe(false)
  })

  it('is given as it will be called', () => {
    const { href } = testCaller().checkUrl('HTTP://BÜCHER.Example.:80/a b?c=d#e'.replace(' ', '%20'))
    expect(href).toBe('http://xn--bcher-kva.example/a%20b?c=d')
  })

  it('is refused with a sentence that names no address', () => {
    expect(() => testCaller().checkUrl('http://2130706433/')).toThrow(
      'The URL names an address that may not be called',
    )
    expect(() => new Guard(DEFAULT_RULES).checkAddresses(new URL('http://a.example'), ['10.1.2.3'])).toThrow(
      /^The host resolves to an address that may not be called$/,
    )
  })
})

describe('private networks, where they may be called', () => {
  const rules = { privateNetworks: true }

  it('are open on any port, under any name', () => {
    for (const url of [
      'http://127.0.0.1:9/',
      'http://[::1]:22',
      'http://10.0.0.1',
      'http://[fd00::1]',
      'http://localhost:3000/',
    ])
      expect([url, may(rules, url)]).toEqual([url, true])
    expect(may(rules, 'http://a.example:22')).toBe(true)
    expect(mayWith(rules, 'http://a.example', ['10.0.0.1', '8.8.8.8'])).toBe(true)
  })

  it('are not what nobody may call', () => {
    for (const host of [
      '169.254.169.254',
      '0.0.0.0',
      '[::]',
      '[::ffff:a9fe:a9fe]',
      '224.0.0.1',
      'metadata',
      '[64:ff9b::a00:1]',
      '100.100.100.200',
    ])
      expect([host, may(rules, `http://${host}/`)]).toEqual([host, false])
    expect(mayWith(rules, 'http://a.example', ['10.0.0.1', '169.254.169.254'])).toBe(false)
    expect(may(rules, 'http://a.example:0/')).toBe(false)
  })
})

describe('an exception', () => {
  it('opens an address or a network, on any port', () => {
    const rules = { exceptions: ['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32'] }
    for (const host of ['10.1.2.3:5432', '127.0.0.1:9', '[fd00:1::5]', '[::ffff:10.1.2.3]'])
      expect([host, may(rules, `http://${host}/`)]).toEqual([host, true])
    for (const host of ['10.2.0.1', '127.0.0.2', '[fd00:2::1]', '1.1.1.1:22'])
      expect([host, may(rules, `http://${host}/`)]).toEqual([host, false])
    expect(mayWith(rules, 'http://a.example:5432', ['10.1.2.3'])).toBe(true)
    expect(mayWith(rules, 'http://a.example:5432', ['10.1.2.3', '8.8.8.8'])).toBe(false)
    expect(mayWith(rules, 'http://a.example', ['10.1.2.3', '10.2.0.1'])).toBe(false)
    expect(mayWith(rules, 'http://localhost', ['127.0.0.1'])).toBe(true)
  })

  it('opens a name, or all below one', () => {
    const rules = { exceptions: ['Internal.example.', '*.corp.example', 'localhost'] }
    expect(mayWith(rules, 'http://internal.example:9200/', ['10.0.0.1'])).toBe(true)
    expect(mayWith(rules, 'http://a.b.corp.example:9200/', ['10.0.0.1'])).toBe(true)
    expect(mayWith(rules, 'http://localhost:1/', ['127.0.0.1', '::1'])).toBe(true)
    expect(mayWith(rules, 'http://corp.example/', ['10.0.0.1'])).toBe(false)
    expect(mayWith(rules, 'http://notcorp.example/', ['10.0.0.1'])).toBe(false)
    expect(mayWith(rules, 'http://a.internal.example/', ['10.0.0.1'])).toBe(false)
  })

  it('opens nothing that nobody may call', () => {
    const rules = {
      exceptions: ['0.0.0.0/0', '::/0', '169.254.169.254', '*.example', 'metadata.google.internal'],
    }
    for (const host of [
      '169.254.169.254',
      '0.0.0.0',
      '[fe80::1]',
      '[::ffff:169.254.169.254]',
      '[2002:a9fe:a9fe::]',
      '168.63.129.16',
      'metadata.google.internal',
    ])
      expect([host, may(rules, `http://${host}/`)]).toEqual([host, false])
    expect(mayWith(rules, 'http://a.example/', ['169.254.169.254'])).toBe(false)
  })
})

describe('where only some may be called', () => {
  it('all others may not, and those only if they might be called anyway', () => {
    const rules = { only: ['*.partner.example', '8.8.0.0/16', '10.0.0.1'] }
    expect(mayWith(rules, 'https://api.partner.example/', ['1.1.1.1'])).toBe(true)
    expect(mayWith(rules, 'https://api.partner.example/', ['10.0.0.1'])).toBe(false)
    expect(may(rules, 'http://8.8.4.4/')).toBe(true)
    expect(may(rules, 'http://1.1.1.1/')).toBe(false)
    expect(may(rules, 'http://10.0.0.1/')).toBe(false)
    expect(mayWith(rules, 'http://other.example/', ['8.8.1.1'])).toBe(true)
    expect(mayWith(rules, 'http://other.example/', ['8.8.1.1', '1.1.1.1'])).toBe(false)
    expect(may({ only: ['a.example'] }, 'http://b.example/')).toBe(false)
    expect(may({ only: ['a.example'], exceptions: ['b.example'] }, 'http://b.example/')).toBe(false)
  })
})

describe('a secure call', () => {
  const secure = { secure: true }

  it('is by https, but to hosts that are private or exceptions', () => {
    expect(may({}, 'https://a.example/', secure)).toBe(true)
    expect(may({}, 'http://a.example/', secure)).toBe(false)
    expect(may({}, 'http://1.1.1.1/', secure)).toBe(false)
    expect(may({ privateNetworks: true }, 'http://127.0.0.1:3000/', secure)).toBe(true)
    expect(may({ privateNetworks: true }, 'http://1.1.1.1/', secure)).toBe(false)
    expect(mayWith({ privateNetworks: true }, 'http://a.example/', ['10.0.0.1'], true)).toBe(true)
    expect(mayWith({ privateNetworks: true }, 'http://a.example/', ['1.1.1.1'], true)).toBe(false)
    expect(may({ exceptions: ['a.example'] }, 'http://a.example/', secure)).toBe(true)
    expect(may({ exceptions: ['a.example'] }, 'http://b.example/', secure)).toBe(false)
  })
})

describe('the syntax of a rule', () => {
  it.each([
    'a.example',
    '*.a.example',
    'A.Example.',
    'localhost',
    'bücher.example',
    '10.0.0.0/8',
    '10.0.0.1',
    '::1',
    'fd00::/8',
    '0.0.0.0/0',
  ])('"%s" is one', (text) => {
    expect(isHostRule(text)).toBe(true)
  })

  it.each([
    '',
    '*',
    '*.',
    '.',
    'a..b',
    'a.*.example',
    'http://a.example',
    'a.example:80',
    'a.example/x',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '127.1',
    '0x7f.1',
    '1.2.3.4.5',
    'a b',
    '[::1]',
    'fe80::1%eth0',
    '10.0.0.0/',
    '10.0.0.0/-1',
    'user@a.example',
  ])('"%s" is none', (text) => {
    expect(isHostRule(text)).toBe(false)
  })

  it('is asked for when a caller is opened', () => {
    expect(() => testCaller({ exceptions: ['10.0.0.0/33'] })).toThrow('"10.0.0.0/33" is neither')
    expect(() => testCaller({ proxy: 'socks5://a.example' })).toThrow(TypeError)
  })
})

it('says which headers are not for those who ask', () => {
  const names = [
    'Host',
    'Content-Length',
    'TE',
    'Proxy-Connection',
    'Keep-Alive',
    'trailer',
    'Upgrade',
    'Expect',
    'Connection',
    'Transfer-Encoding',
  ]
  expect(names.filter((name) => !isForbiddenHeader(name))).toEqual([])
  expect(['Authorization', 'Cookie', 'Content-Type', 'Accept', 'TEX'].filter(isForbiddenHeader)).toEqual([])
})
