/** What csv-report says of a CSV text, and of one that hardly is one. */
import { TaskError, type z } from 'acceptd'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import task from '../../src/tasks/csv-report.ts'
import { DELIMITERS } from '../../src/tasks/csv-report/records.ts'

type Input = z.input<typeof task.input>
type Report = z.output<typeof task.output>
type Options = Omit<Input, 'text'> & {
  readonly signal?: AbortSignal
  readonly onProgress?: (percent: number, note?: string) => void
}

const MAX_LENGTH = 1_000_000

/** What the task makes of the text, checked against the task's own schema. */
async function reportOn(text: string, { signal, onProgress, ...options }: Options = {}): Promise<Report> {
  const result = await task.run(task.input.parse({ text, ...options }), {
    signal: signal ?? new AbortController().signal,
    canceled: () => false,
    principal: 'ada',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    transcript() {},
    attempt: 1,
    jobId: '019a0000-0000-7000-8000-000000000000',
    progress: onProgress ?? (() => {}),
    log: { info() {}, warn() {}, error() {} },
  })
  return task.output.parse(JSON.parse(JSON.stringify(result)))
}

async function columnOf(...values: string[]) {
  const { columns } = await reportOn(['name', ...values].join('\n'))
  const [{ name: _, missing: __, ...column }] = columns as [Report['columns'][number]]
  return column
}

async function namesOf(header: string): Promise<string[]> {
  const { columns } = await reportOn(header)
  return columns.map(({ name }) => name)
}

function lines(count: number, line: string): string {
  return `${line}\n`.repeat(count)
}

describe('a report', () => {
  it('tells rows, types, gaps, distinct values, the smallest and the largest', async () => {
    const report = await reportOn('id,name,born\n2,Ada,1815-12-10\n1,Emmy,\n3,Ada,1852-11-27\n')
    expect(report).toEqual({
      rows: 3,
      duplicateRows: 0,
      delimiter: ',',
      columns: [
        { name: 'id', type: 'integer', missing: 0, distinct: 3, min: 1, max: 3 },
        { name: 'name', type: 'text', missing: 0, distinct: 2, min: 'Ada', max: 'Emmy' },
        { name: 'born', type: 'date', missing: 1, distinct: 2, min: '1815-12-10', max: '1852-11-27' },
      ],
      badLines: [],
      badLineCount: 0,
    })
  })

  it('counts every row that equals an earlier one, and no row that only reads the same', async () => {
    const { duplicateRows, rows } = await reportOn('a,b\n1,2\n"1","2"\n1,2\n"1,2",\n')
    expect({ duplicateRows, rows }).toEqual({ duplicateRows: 2, rows: 4 })
  })

  it('works on its own example', async () => {
    const { text, ...options } = task.input.parse(task.example)
    expect(await reportOn(text, options)).toMatchObject({ rows: 4, duplicateRows: 1, badLineCount: 0 })
  })
})

describe('the type of a column', () => {
  it('is integer with numbers for bounds, compared as numbers', async () => {
    expect(await columnOf('10', '9', '-3')).toEqual({ type: 'integer', distinct: 3, min: -3, max: 10 })
  })

  it('is number as soon as one value has a fraction or an exponent', async () => {
    expect(await columnOf('10', '2.5', '1e2')).toEqual({ type: 'number', distinct: 3, min: 2.5, max: 100 })
  })

  it.each([['007'], ['9007199254740992'], ['1e400'], ['+49301234'], ['0x10'], ['1,5'], ['NaN']])(
    'is text for %s, which no number would give back',
    async (value) => {
      expect(await columnOf(`"${value}"`)).toEqual({ type: 'text', distinct: 1, min: value, max: value })
    },
  )

  it('is integer up to the last integer a double holds for sure', async () => {
    expect(await columnOf('9007199254740991')).toMatchObject({
      type: 'integer',
      max: Number.MAX_SAFE_INTEGER,
    })
  })

  it('is boolean in any case, without bounds', async () => {
    expect(await columnOf('true', 'FALSE', 'true')).toEqual({ type: 'boolean', distinct: 2 })
  })

  it.each([
    ['2024-02-29'],
    ['2000-02-29'],
    ['0000-02-29'],
    ['2024-12-31T23:59'],
    ['2024-12-31T23:59:59.123Z'],
    ['2024-01-01T00:00:00+05:30'],
  ])('is date for %s', async (value) => {
    expect(await columnOf(value)).toEqual({ type: 'date', distinct: 1, min: value, max: value })
  })

  it.each([
    ['2023-02-29'],
    ['1900-02-29'],
    ['2024-04-31'],
    ['2024-13-01'],
    ['2024-01-00'],
    ['2024-01-01T24:00'],
    ['01.02.2024'],
  ])('is text for %s, which is in no calendar of ISO 8601', async (value) => {
    expect(await columnOf(value)).toMatchObject({ type: 'text' })
  })

  it('is text where types mix, and the bounds then speak of all values', async () => {
    expect(await columnOf('10', '9', 'true')).toEqual({ type: 'text', distinct: 3, min: '10', max: 'true' })
  })

  it('is empty without any value, without bounds', async () => {
    expect(await reportOn('a,b\n,"  "\n , \n')).toMatchObject({
      rows: 2,
      columns: [
        { name: 'a', type: 'empty', missing: 2, distinct: 0 },
        { name: 'b', type: 'empty', missing: 2, distinct: 0 },
      ],
    })
  })

  it('orders text by code units and abridges it without leaving half a character', async () => {
    const { min, max } = await columnOf('Z', 'a', '😀'.repeat(300))
    expect(min).toBe('Z')
    expect(max).toBe(`${'😀'.repeat(99)}…`)
  })
})

describe('the columns', () => {
  it('keep names that are the properties of every object', async () => {
    expect(await namesOf('__proto__,constructor,toString,__proto__\n1,2,3,4')).toEqual([
      '__proto__',
      'constructor',
      'toString',
      '__proto__-2',
    ])
  })

  it('get names of their own where the header repeats one or leaves it out', async () => {
    expect(await namesOf('a,,a,a-2,a,')).toEqual(['a', 'column-2', 'a-3', 'a-2', 'a-4', 'column-6'])
    expect(await namesOf('column-2,')).toEqual(['column-2', 'column-2-2'])
  })

  it('are numbered without a header, and the first record is a row', async () => {
    expect(await reportOn('1,x\n2,y\n', { header: false })).toMatchObject({
      rows: 2,
      columns: [{ name: 'column-1', type: 'integer' }, { name: 'column-2' }],
    })
  })

  it('are reported for a header alone', async () => {
    expect(await reportOn('a,b')).toMatchObject({ rows: 0, columns: [{ type: 'empty' }, { type: 'empty' }] })
  })
})

describe('the delimiter', () => {
  it.each([
    ['a,b\n1,"2;2;2"\n', ','],
    ['a;b\n1,5;2,5\n3,5;4,5\n', ';'],
    ['1,5;2,5\n3,5;4,5\n', ';'],
    ['a\tb\n1,1\t2\n', '\t'],
    ['a|b\nx|"y|z"\n', '|'],
    ['"a;b";"c,\nd"\n"1";"2"\n', ';'],
    ['alone\n1\n2\n', ','],
  ])('of %j is %j', async (text, delimiter) => {
    expect(await reportOn(text)).toMatchObject({ delimiter, badLineCount: 0 })
  })

  it('is not guessed where it is given', async () => {
    expect(await reportOn('a;b\n1;2\n', { delimiter: ',' })).toMatchObject({
      delimiter: ',',
      columns: [{ name: 'a;b' }],
    })
  })
})

describe('a text', () => {
  it('may begin with a byte order mark, before a quote too', async () => {
    expect(await namesOf('\uFEFFa,b\n1,2\n')).toEqual(['a', 'b'])
    expect(await namesOf('\uFEFF"a",b\n1,2\n')).toEqual(['a', 'b'])
  })

  it('may end its lines in LF, CRLF and CR all at once, and have blank ones', async () => {
    const report = await reportOn('\r\na,b\r\n1,2\n\n3,4\r5,6\r\n  \r\n7,8')
    expect(report).toMatchObject({ rows: 4, badLineCount: 0, columns: [{ max: 7 }, { max: 8 }] })
  })

  it('may have spaces around values and around quotes, which do not count', async () => {
    const report = await reportOn('a, b\n1 , "x, y" \n1,"x, y"\n')
    expect(report).toMatchObject({
      duplicateRows: 1,
      columns: [{ type: 'integer' }, { name: 'b', min: 'x, y' }],
    })
  })

  it('may have line breaks and doubled quotes within quotes', async () => {
    expect(await reportOn('a\n"1\r\n""2"""\n')).toMatchObject({ rows: 1, columns: [{ min: '1\r\n"2"' }] })
  })

  it.each([[''], ['\uFEFF'], ['\n\r\n  \n']])(
    'of nothing but blank lines (%j) fails for good',
    async (text) => {
      await expect(reportOn(text)).rejects.toMatchObject({
        name: 'TaskError',
        code: 'empty-csv',
        retryable: false,
      })
    },
  )

  it.each([['\n"a"b,c\n1,2\n'], [','.repeat(100_000)]])(
    'with an unreadable header fails for good',
    async (text) => {
      const failed = reportOn(text, { delimiter: ',' })
      await expect(failed).rejects.toMatchObject({
        name: 'TaskError',
        code: 'unreadable-csv',
        retryable: false,
      })
    },
  )
})

describe('a bad line', () => {
  it('is named by its number in the text, also behind records of several lines', async () => {
    const report = await reportOn('a,b\n1,"x\r\ny\n\nz"\n2\n\n3,4,5\n"6,7\n8,9\n')
    expect(report).toMatchObject({ rows: 2, badLineCount: 3 })
    expect(report.badLines).toEqual([
      { line: 6, problem: 'Wrong number of fields: 1 instead of 2' },
      { line: 8, problem: 'Wrong number of fields: 3 instead of 2' },
      { line: 9, problem: expect.stringContaining('quot') as string },
    ])
  })

  it('costs none of the rows around it', async () => {
    const report = await reportOn('a,b\n1,2\n3,"4\n5,6\n7,8"9"\n10,x"y\n11,12\n')
    expect(report).toMatchObject({ rows: 3, badLineCount: 3, columns: [{ max: 11 }, { max: 12 }] })
    expect(report.badLines.map(({ line }) => line)).toEqual([3, 5, 6])
  })

  it('is counted even when it is no longer listed', async () => {
    const report = await reportOn(`a,b\n${lines(25, 'x')}`)
    expect(report.badLineCount).toBe(25)
    expect(report.badLines.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('may be every line there is', async () => {
    const report = await reportOn('"a\n"b\n', { header: false })
    expect(report).toMatchObject({ rows: 0, columns: [], badLineCount: 2 })
  })
})

describe('while it reads', () => {
  it('reports progress that rises to the end', async () => {
    const percents: number[] = []
    await reportOn(lines(20_000, '1,2,3'), { onProgress: (percent) => percents.push(percent) })
    expect(percents.length).toBeGreaterThan(3)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(new Set(percents).size).toBe(percents.length)
    expect(percents.at(-1)).toBe(100)
  })

  it('stops midway when it is aborted, for the reason given', async () => {
    const controller = new AbortController()
    const reason = new Error('canceled')
    const percents: number[] = []
    const stopped = reportOn(lines(100_000, '1,2,3'), {
      signal: controller.signal,
      onProgress: (percent) => {
        percents.push(percent)
        if (percents.length === 3) controller.abort(reason)
      },
    })
    await expect(stopped).rejects.toBe(reason)
    expect(percents).toHaveLength(3)
    expect(percents.at(-1)).toBeLessThan(50)
  })

  it('lets others have their turn', async () => {
    let turns = 0
    let reading = true
    const count = () => {
      turns++
      if (reading) setImmediate(count)
    }
    setImmediate(count)
    await reportOn(lines(100_000, '1,2,3'))
    reading = false
    expect(turns).toBeGreaterThan(10)
  })
})

describe('a megabyte', () => {
  const fill = (part: string, length = MAX_LENGTH) =>
    part.repeat(Math.ceil(length / part.length)).slice(0, length)
  const manyNames = Array.from({ length: 50_000 }, (_, i) => `c${i}`).join(',')

  it.each([
    ['rows of one character', fill('1\n'), { rows: 499_999, duplicateRows: 499_998, badLineCount: 0 }],
    ['columns', `${manyNames}\n${fill('1,', 99_999)}\n`, { rows: 1, badLineCount: 0 }],
    ['columns of one name', fill('a,', 199_999), { rows: 0, badLineCount: 0 }],
    ['quotes', fill('"'), { rows: 0, badLineCount: 0 }],
    ['stray quotes in one line', `a\n${fill('a"', MAX_LENGTH - 2)}`, { rows: 0, badLineCount: 1 }],
    [
      'quotes that are never closed',
      `a\n${fill('"x\n', MAX_LENGTH - 2)}`,
      { rows: 0, badLineCount: 333_333 },
    ],
    ['lines with a field too few', `a,b\n${fill('x\n', MAX_LENGTH - 4)}`, { rows: 0, badLineCount: 499_998 }],
    ['blank lines', `a\n${fill('\r\n', MAX_LENGTH - 2)}`, { rows: 0, badLineCount: 0 }],
    ['one value', `a\n"${fill('木', MAX_LENGTH - 4)}"`, { rows: 1, badLineCount: 0 }],
  ])('of %s is read to its end', async (_, text, expected) => {
    expect(text.length).toBeLessThanOrEqual(MAX_LENGTH)
    expect(await reportOn(text, { delimiter: ',' })).toMatchObject(expected)
  })
})

describe('whatever comes', () => {
  const character = fc.constantFrom(
    'a',
    'b',
    '1',
    ' ',
    ',',
    ';',
    '\t',
    '|',
    '"',
    '\n',
    '\r',
    '\r\n',
    '\u00A0',
    'é',
    '😀',
  )
  const tangle = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''))

  it('a table written with correct quoting comes back with its rows, gaps and distinct values', async () => {
    const tables = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(tangle, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }),
      )
    const style = fc.record({
      delimiter: fc.constantFrom(...DELIMITERS),
      lineBreak: fc.constantFrom('\n', '\r\n'),
      mark: fc.constantFrom('', '\uFEFF'),
    })
    await fc.assert(
      fc.asyncProperty(tables, style, async (table, { delimiter, lineBreak, mark }) => {
        const header = table[0]?.map((_, i) => `name ${i}`) ?? []
        const text = mark + [header, ...table].map((row) => row.map(written).join(delimiter)).join(lineBreak)
        const report = await reportOn(text, { delimiter })
        const columns = header.map((name, i) => {
          const values = table.map((row) => row[i] ?? '').filter((value) => value.trim() !== '')
          return { name, missing: table.length - values.length, distinct: new Set(values).size }
        })
        const duplicateRows = table.length - new Set(table.map((row) => JSON.stringify(row))).size
        expect(report).toMatchObject({ rows: table.length, duplicateRows, badLineCount: 0, columns })
      }),
    )
  })

  it('any text gets a report whose rows and bad lines fit into its lines', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tangle).map((parts) => parts.join('')),
        async (text) => {
          const lineCount = text.split(/\r\n?|\n/).length
          try {
            const { rows, badLines, badLineCount } = await reportOn(text, { header: false })
            expect(rows + badLineCount).toBeGreaterThan(0)
            expect(rows + badLineCount).toBeLessThanOrEqual(lineCount)
            expect(badLines.every(({ line }) => line <= lineCount)).toBe(true)
          } catch (error) {
            if (!(error instanceof TaskError)) throw error
            expect(text.trim()).toBe('')
          }
        },
      ),
    )
  })
})

/** As RFC 4180 has it; quoted also where the value would otherwise be taken for white space or a blank line. */
function written(value: string): string {
  return /^[a-z0-9]+$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`
}
