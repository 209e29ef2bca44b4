import { describe, expect, it } from 'vitest'
import { derivedSecret } from '../../src/callbacks.ts'
import { openDatabase } from '../../src/store/database.ts'
import { testDatabase } from '../support/database.ts'
import { command } from '../support/processes.ts'

const [NEW, OLD, ADAS] = ['new', 'old', 'ada'].map(
  (name) => `whsec_${Buffer.from(`${name}, and long enough to be one`).toString('base64')}`,
) as [string, string, string]
const secrets = (env: Record<string, string>, ...words: string[]) =>
  command(['webhook-secret', ...words], { NODE_ENV: 'test', ...env })

describe('acceptd webhook-secret', () => {
  it('prints what is derived for the caller, where nothing is set', async () => {
    const { url, drop } = await testDatabase()
    const { db, close } = openDatabase({ url, name: 'test', maxConnections: 1, onError: () => undefined })
    const env = { DATABASE_URL: url }
    expect(await secrets(env)).toEqual({ code: 0, output: `${await derivedSecret(db, 'anonymous')}\n` })
    expect(await secrets({ ...env, ACCEPTD_API_KEYS: 'ada:key-of-ada-0123456' }, 'ada')).toEqual({
      code: 0,
      output: `${await derivedSecret(db, 'ada')}\n`,
    })
    await close()
    await drop()
  })

  it('prints what is set, the newest first, without a database', async () => {
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      ACCEPTD_API_KEYS: 'ada:key-of-ada-0123456,bob:key-of-bob-0123456',
      ACCEPTD_WEBHOOK_SECRETS: `${NEW},ada=${ADAS},${OLD}`,
    }
    expect(await secrets(env, 'bob')).toEqual({ code: 0, output: `${NEW}\n${OLD}\n` })
    expect(await secrets(env, 'ada')).toEqual({ code: 0, output: `${ADAS}\n` })
  })

  it('has none for a caller that there is not', async () => {
    const keys = { ACCEPTD_API_KEYS: 'ada:key-of-ada-0123456' }
    expect(await secrets(keys, 'adda')).toEqual({
      code: 1,
      output: 'No caller is named "adda". In ACCEPTD_API_KEYS there are: ada\n',
    })
    expect((await secrets({}, 'ada')).output).toContain('everybody is "anonymous"')
  })

  it('teaches by example', async () => {
    const { code, output } = await command(['webhook-secret', '--help'])
    expect(code).toBe(0)
    expect(output).toContain('acceptd webhook-secret ada')
  })
})
