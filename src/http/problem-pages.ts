/** A page for each problem type and each failure of a job: a type leads to what it means (RFC 9457 §3.1.1, §4). */
import type { Router } from 'express'
import { FAILURES, type FailureCode } from '../job/failure.ts'
import { FAILURE_TEXTS } from './failure-texts.ts'
import { html, page, sendPage, type Html } from './page.ts'
import { PROBLEM_TEXTS, type Explanation } from './problem-texts.ts'
import { PROBLEM_TYPES, type ProblemCode } from './problem-types.ts'
import { resource, strictRouter } from './resource.ts'

export interface Entry extends Explanation {
  readonly code: string
  readonly title: string
  /** A failure of a job has none: the document that tells of it is a 200. */
  readonly status?: number
  readonly again: keyof typeof ANSWERS
}

const ANSWERS = {
  yes:
    'Yes, it may succeed later. Where the answer has a Retry-After, wait for as long as that says. ' +
    'Repeat a submission with the Idempotency-Key it had; one that had none may become a second job.',
  no: 'No. As long as nothing else changes, it will be refused again.',
  'said per job':
    'Each job says so itself: where retryable in its error is true, the same work may succeed another time. ' +
    'Retry that job, or submit the work again with a new Idempotency-Key; the old one leads to the failed job.',
}

export function problemPagesRouter(): Router {
  const router = strictRouter()
  const open = { mediaTypes: [] }
  const problems = Object.keys(PROBLEM_TYPES).map((code) => problemEntry(code as ProblemCode))
  const failures = Object.keys(FAILURES).map((code) => failureEntry(code as FailureCode))
  const list = listPage(problems, failures)
  resource(router, '/problems/', { get: (_req, res) => sendPage(res, list) }, open)
  resource(router, '/problems', { get: (_req, res) => res.redirect(302, 'problems/') }, open)
  // A route for each rather than one with a parameter, so that every other address is none, whatever the method.
  for (const entry of [...problems, ...failures]) {
    const text = entryPage(entry)
    resource(router, `/problems/${entry.code}`, { get: (_req, res) => sendPage(res, text) }, open)
  }
  return router
}

function problemEntry(code: ProblemCode): Entry {
  const { status, title, retryable } = PROBLEM_TYPES[code]
  return { code, title, status, again: retryable ? 'yes' : 'no', ...PROBLEM_TEXTS[code] }
}

function failureEntry(code: FailureCode): Entry {
  return { code, title: FAILURES[code], again: 'said per job', ...FAILURE_TEXTS[code] }
}

// All links are relative: a proxy may have put a prefix before every address.
export function entryPage({ code, title, status, cause, remedy, again }: Entry): string {
  const seen = status === undefined ? 'The error of a job that failed' : `A problem with status ${status}`
  const question = status === undefined ? 'Run the same job again?' : 'Send the same request again?'
  return page(
    `${title} (${code})`,
    html`<nav><a href="./">All problems</a> · <a href="../docs/">The API</a></nav>
      <main>
        <h1>${title}</h1>
        <p>${seen}: <code>${code}</code></p>
        <h2>What it means</h2>
        <p>${cause}</p>
        <h2>What to do</h2>
        <p>${remedy}</p>
        <h2>${question}</h2>
        <p>${ANSWERS[again]}</p>
      </main>`,
  )
}

function listPage(problems: readonly Entry[], failures: readonly Entry[]): string {
  return page(
    'Problems',
    html`<nav><a href="../docs/">The API</a></nav>
      <main>
        <h1>Problems</h1>
        <h2>What can be wrong with a request</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Problem</th>
              <th scope="col">Status</th>
              <th scope="col">Again?</th>
            </tr>
          </thead>
          <tbody>
            ${problems.map(row)}
          </tbody>
        </table>
        <h2>Why a job can fail</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Failure</th>
              <th scope="col">Again?</th>
            </tr>
          </thead>
          <tbody>
            ${failures.map(row)}
          </tbody>
        </table>
      </main>`,
  )
}

function row({ code, title, status, again }: Entry): Html {
  const statusCell = status === undefined ? [] : html`<td>${status}</td>`
  return html`<tr>
    <td><a href="${code}">${title}</a><br /><code>${code}</code></td>
    ${statusCell}
    <td>${again}</td>
  </tr>`
}
