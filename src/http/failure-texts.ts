/** What each failure of a job means and what to do about it, for the page its type leads to (RFC 9457 §4). */
import type { FailureCode } from '../job/failure.ts'
import { MAX_CRASHES } from '../job/settlement.ts'
import { CALL_FAILURE_TEXTS } from './call-failure-texts.ts'
import type { Explanation } from './problem-texts.ts'

export const FAILURE_TEXTS = {
  'task-failed': {
    cause:
      'The last attempt at the job ended with an error. Either the task says in detail why it cannot go on, perhaps with a code of its own; or it met with an error nobody foresaw, which only the log shows; or it has changed since the job was accepted and no longer takes its input.',
    remedy:
      'Read code and detail. Put right what they name, in the input or where the task reaches out to. For an error that was not foreseen, tell the operator the id of the job: the log has the reason under it.',
  },
  'invalid-output': {
    cause:
      'The task ran to its end, but what it returned is not what its output schema allows. The mistake is mostly in the task, not in the input.',
    remedy:
      'Tell the author of the task; detail names the first place that does not fit. What the task did besides returning has been done.',
  },
  'output-not-serialisable': {
    cause:
      'The task ran to its end, but what it returned is not JSON, or would not be the same as JSON: a function, a bigint, a number that is not finite, a Map, something that contains itself or is nested too deep, text with U+0000 or half of a surrogate pair. The mistake is in the task.',
    remedy:
      'Tell the author of the task; detail names the place. What the task did besides returning has been done.',
  },
  'output-too-large': {
    cause:
      'The task ran to its end, but what it returned takes more bytes as JSON than the operator lets a result have (ACCEPTD_MAX_OUTPUT_BYTES), or than the database can keep.',
    remedy:
      'Ask for less in one job. The author can have the task store what is large elsewhere and return where it is; the operator can allow more. What the task did besides returning has been done.',
  },
  'out-of-memory': {
    cause:
      'The task runs isolated, each attempt in a process of its own, and this one needed more memory than the memoryMb of the task. No other job was touched. It is not tried again, for it would need as much.',
    remedy:
      'Submit less at once. The author can give the task more memory, or have it hold less at a time; then the job can be retried.',
  },
  'timed-out': {
    cause:
      'The last attempt took longer than the timeoutSeconds of the task. The input is too much for one job, or something that the task waits for is slow or does not answer.',
    remedy:
      'Submit less at once, or see to what the task waits for. The author can give the task more time. What it had done by then stays done, and a task that ignores its signal may go on unseen.',
  },
  crashed: {
    cause: `The job was given to ${MAX_CRASHES} worker processes, and each of them died while it ran the job, so no other gets it. The usual reasons are memory that ran out and a task that ends its process.`,
    remedy:
      'Tell the operator the id of the job: the log shows when the workers died. Find out why before it is run again, for it may take the next worker with it.',
  },
  ...CALL_FAILURE_TEXTS,
} as const satisfies Record<FailureCode, Explanation>
