import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const house = useHouse()

const fileOf = async (input: object) => {
  const { location, job } = await house.api.submit('file', input)
  const document = await house.reaches(location, 'completed')
  return { document, download: () => house.api.get(job.links.result).buffer(true) }
}

describe('a result that is a file', () => {
  it('is had with its own media type and name, as a download that no browser runs', async () => {
    const { document, download } = await fileOf({ fileName: 'numbers.csv', text: 'a,b\n1,2\n' })
    expect(document).not.toHaveProperty('result')
    const { text, headers } = await download().expect(200)
    expect(text).toBe('a,b\n1,2\n')
    expect(headers).toMatchObject({
      'content-type': 'text/csv',
      'content-disposition': 'attachment; filename=numbers.csv',
      'x-content-type-options': 'nosniff',
    })
    await download().set('If-None-Match', String(headers['etag'])).expect(304)
    await download().set('Accept', 'application/json').expect(406)
  })

  it('may be bytes of any kind', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128])
    const { download } = await fileOf({ mediaType: 'application/pdf', base64: bytes.toString('base64') })
    const response = await download().expect(200)
    expect(response.headers['content-length']).toBe('5')
    expect(Buffer.from(response.body as Buffer)).toEqual(bytes)
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\cmd.exe', 'cmd.exe'],
    ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie: x=1'],
    ['..', 'result'],
    ['.profile', 'profile'],
    ['say "hi".txt', 'say _hi_.txt'],
    ['/', 'result'],
  ])('is named so that it stays where the user puts it: %j', async (fileName, safe) => {
    const { download } = await fileOf({ fileName, text: 'x' })
    const { headers } = await download().expect(200)
    expect(headers['content-disposition']).toMatch(/^attachment; filename/)
    expect(headers['content-disposition']).toContain(safe)
    expect(headers).not.toHaveProperty('set-cookie')
  })

  it('keeps a name in any script', async () => {
    const { download } = await fileOf({ fileName: 'Übersicht 報告.csv', text: 'x' })
    const { headers } = await download().expect(200)
    expect(headers['content-disposition']).toContain(
      `filename*=UTF-8''${encodeURIComponent('Übersicht 報告.csv')}`,
    )
  })

  it.each([
    { mediaType: 'text/csv\r\nX: y', text: 'x' },
    { mediaType: 'text/csv;\r\nx=y', text: 'x' },
    { mediaType: 'text/csv;\u2028x=y', text: 'x' },
    { text: 'x', base64: 'eA==' },
    {},
    { base64: '?' },
  ])('is refused as output where it makes no sense: %j', async (input) => {
    const { location } = await house.api.submit('file', input)
    expect(await house.reaches(location, 'failed')).toMatchObject({ error: { code: 'invalid-output' } })
  })
})
