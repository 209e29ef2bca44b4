import { describe, expect, it } from 'vitest'
import { ConfigError, configFrom } from '../src/config.ts'

const [ONE, TWO] = [Buffer.alloc(24, 1), Buffer.alloc(24, 2)].map(
  (bytes) => `whsec_${bytes.toString('base64')}`,
)
const complaint = (env: Record<string, string>): string => {
  try {
    configFrom(env)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
}

describe('what is signed with', () => {
  it('is for everybody or for one caller, the newest first', () => {
    const { webhookSecrets } = configFrom({ ACCEPTD_WEBHOOK_SECRETS: `${ONE}, ada=${TWO}, ada=${ONE}` })
    expect(Object.fromEntries(webhookSecrets)).toEqual({ '': [ONE], ada: [TWO, ONE] })
  })

  it.each(['secret', 'whsec_c2hvcnQ=', `ada=${ONE},`.replace('whsec_', '')])('is not %s', (given) => {
    expect(complaint({ ACCEPTD_WEBHOOK_SECRETS: given })).toMatch(/^ACCEPTD_WEBHOOK_SECRETS must be whsec_/)
    expect(complaint({ ACCEPTD_WEBHOOK_SECRETS: given })).not.toContain(given)
  })
})

describe('who is told', () => {
  it('is one address for everybody, and one for each caller that has its own', () => {
    const { callbackUrls } = configFrom({
      ACCEPTD_CALLBACK_URLS: 'https://all.example/a?b=c, ada=https://ada.example/',
    })
    expect(Object.fromEntries(callbackUrls)).toEqual({
      '': 'https://all.example/a?b=c',
      ada: 'https://ada.example/',
    })
  })

  it.each(['ftp://u:hush@a.example', 'https://a.example,https://b.example', 'nonsense'])(
    'is not %s',
    (given) => {
      expect(complaint({ ACCEPTD_CALLBACK_URLS: given })).toMatch(/^ACCEPTD_CALLBACK_URLS must be URLs/)
      expect(complaint({ ACCEPTD_CALLBACK_URLS: given })).not.toContain(given)
    },
  )
})

describe('who may be called', () => {
  it('is nobody private, on the usual ports, unless it is set otherwise', () => {
    expect(configFrom({}).outbound).toEqual({
      privateNetworks: false,
      exceptions: [],
      only: [],
      ports: [80, 443, 8080, 8443],
    })
    const set = configFrom({
      ACCEPTD_CALL_PRIVATE: 'yes',
      ACCEPTD_CALL_EXCEPTIONS: '10.1.0.0/16, *.internal.example',
      ACCEPTD_CALL_ONLY: 'api.example.org',
      ACCEPTD_CALL_PORTS: '443, 9000',
      ACCEPTD_CALL_PROXY: 'http://proxy.example:3128',
    })
    expect(set.outbound).toEqual({
      privateNetworks: true,
      exceptions: ['10.1.0.0/16', '*.internal.example'],
      only: ['api.example.org'],
      ports: [443, 9000],
      proxy: 'http://proxy.example:3128',
    })
  })

  it.each([
    ['ACCEPTD_CALL_PRIVATE', 'true'],
    ['ACCEPTD_CALL_EXCEPTIONS', '10.1.0.0/99'],
    ['ACCEPTD_CALL_ONLY', 'https://example.org/'],
    ['ACCEPTD_CALL_PORTS', '0'],
    ['ACCEPTD_CALL_PROXY', 'socks5://proxy:1080'],
    ['ACCEPTD_CALLS_PER_ORIGIN', '0'],
    ['ACCEPTD_SECRET_KEYS', 'short'],
  ])('is not set by %s=%s', (name, given) => {
    expect(complaint({ [name]: given })).toMatch(new RegExp(`^${name} must be`))
  })
})
