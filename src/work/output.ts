/** What a task returned, made an outcome: its schema judges it, and then whether it can be kept. */
import type { KnownTask } from '../job/catalogue.ts'
import { failure, type Failure, type FailureCode } from '../job/failure.ts'
import { isFileResult, type FileResult } from '../job/file-result.ts'
import type { Pause } from '../job/pause.ts'
import { jsonText, type Unkeepable } from '../job/plain-json.ts'
import type { Outcome } from '../job/settlement.ts'
import { check, type Checked } from '../job/violations.ts'

/** An output that is not taken. The job has failed then, and no further attempt would mend it. */
export class UnfitOutput extends Error {
  override readonly name = 'UnfitOutput'
  readonly failure: Failure

  constructor(code: FailureCode, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.failure = failure(code, detail, false)
  }
}

/** @throws UnfitOutput where its state cannot be kept */
export function pausedFor({ seconds, state }: Pause, maxBytes: number): Outcome {
  return { kind: 'paused', seconds, state: keepable(state, maxBytes) }
}

/** @throws UnfitOutput and nothing else */
export function outcomeOf(task: KnownTask, output: unknown, maxBytes: number): Outcome {
  const checked = checkOutput(task, output, maxBytes)
  if (!checked.ok) {
    const [first] = checked.violations
    throw new UnfitOutput('invalid-output', `${first?.pointer} ${first?.detail}`)
  }
  const { value } = checked
  const result = keepable(value, maxBytes)
  return isFileResult(task.output)
    ? { kind: 'completed', result, mediaType: (value as FileResult).mediaType }
    : { kind: 'completed', result }
}

function checkOutput(task: KnownTask, output: unknown, maxBytes: number): Checked<unknown> {
  try {
    return check(task.output, output)
  } catch (error) {
    // A getter or a proxy that throws, a cycle, a depth that overflows the stack: then this says so.
    keepable(output, maxBytes)
    throw new UnfitOutput('invalid-output', 'Its check threw an error; the server log has that', {
      cause: error,
    })
  }
}

function keepable(value: unknown, maxBytes: number): string {
  try {
    return jsonText(value, maxBytes)
  } catch (error) {
    const { code, message, cause } = error as Unkeepable
    throw new UnfitOutput(code, message, { cause })
  }
}
