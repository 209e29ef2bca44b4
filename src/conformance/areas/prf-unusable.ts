/** PRF-06: how preferences are read, also those that cannot be used. */
import { expect, expectEqual } from '../expect.ts'
import { inTime } from '../in-time.ts'
import { appliedOf, expectApplied, expectWaitedASecond, prefer } from '../prefer.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

/** What nobody can make use of. */
const UNUSABLE = ['wait=abc', 'wait=-1', 'wait=1.5', 'wait', 'wait=', 'wait=""', 'foo=bar', 'handling=strict']

/** An empty field, and one with a comma in a string, which ends no preference. */
const ODD = [' ', ',', 'foo="a, return=minimal, b"', 'foo; bar="return=minimal, wait=5"']

export const unusableRow: Row = {
  id: 'PRF-06',
  title: 'Preferences that are unknown or make no sense are ignored; of two the first counts',
  level: 'M',
  source: '7240 s2',
  needs: { feature: 'prefer', fixtures: ['slow'] },
  async check(target) {
    await Promise.all([
      ...[...UNUSABLE, ...ODD].map((line) => expectIgnored(target, line)),
      expectAsync(target, 'Respond-Async'),
      expectAsync(target, 'respond-async=""'),
      expectAsync(target, 'foo="a, b", respond-async; bar'),
      // The first of two, also over lines; were it the shortest or the longest, one of these would show it.
      inTime(() => expectASecond(target, 'wait=1, wait=30')),
      inTime(() => expectASecond(target, 'wait=1', 'wait=30')),
      inTime(() => expectASecond(target, 'WAIT=1')),
      inTime(() => expectBoth(target, 'respond-async', 'wait=1')),
      expectTheEnd(target, 'wait=25, wait=1'),
    ])
  },
}

/** Were one of them taken for a wait, the answer would be 200: ok ends at once. */
async function expectIgnored(target: Target, line: string): Promise<void> {
  const { answer } = await target.submit('ok', prefer(line))
  const applied = [...appliedOf(answer).keys()].filter(
    (name) => !(name === 'handling' && line.includes(name)),
  )
  expectEqual(applied, [], `what was applied of "Prefer: ${line}"`)
}

async function expectAsync(target: Target, line: string): Promise<void> {
  const { answer } = await target.submit('ok', prefer(line))
  expectApplied(answer, 'respond-async')
  expectEqual(appliedOf(answer).size, 1, `the number of preferences applied of "Prefer: ${line}"`)
}

async function expectASecond(target: Target, ...lines: readonly string[]): Promise<void> {
  expectWaitedASecond(await target.post('slow', prefer(...lines)), lines.join(' and '))
}

async function expectTheEnd(target: Target, line: string): Promise<void> {
  if (target.profile.limits.maxWaitSeconds < 25) return
  const answer = await target.post('slow', prefer(line))
  expect(
    answer.status === 200,
    `${line} was answered ${answer.status} after ${Math.round(answer.ms)} ms, not 200`,
  )
  expectEqual(target.get(answer.json(), 'done'), true, `done, after ${line},`)
  expectApplied(answer, 'wait', '25')
}

async function expectBoth(target: Target, ...lines: readonly string[]): Promise<void> {
  const answer = await target.post('slow', prefer(...lines))
  expectWaitedASecond(answer, lines.join(' and '))
  expectApplied(answer, 'respond-async')
}
