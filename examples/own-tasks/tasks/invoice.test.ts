/** A file beside the task that is no task, as its name ends in .test.ts. node --test runs it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page } from './invoice/page.ts'
import { totalCents } from './invoice/total.ts'

const lines = [
  { text: 'Tea', quantity: 3, cents: 333 },
  { text: 'Cup', quantity: 1, cents: 1 },
]

test('adds up what each line comes to, and the tax of all', () => {
  assert.equal(totalCents(lines, 0), 1000)
  assert.equal(totalCents(lines, 7.25), 1073)
})

test('shows names as they were typed', () => {
  const html = page({ number: '1', customer: '<b>Bobby</b>', lines }, 1000)
  assert.match(html, /For &lt;b&gt;Bobby&lt;\/b&gt;/)
  assert.match(html, /€ 10\.00/)
})
