/** Tasks that do nothing, for tests of what may be sent to one. */
import { known, type Catalogue, type KnownTask } from '../../src/job/catalogue.ts'
import { JobError } from '../../src/job/errors.ts'
import { submissionFrom } from '../../src/job/submission.ts'
import type { Path } from '../../src/job/json.ts'
import type { Violation } from '../../src/job/violations.ts'
import { defineTask, z, type Task, type TaskDefinition } from '../../src/acceptd.ts'

/** A task that takes `input`. */
export function taking(input: z.ZodType, more: Partial<TaskDefinition<z.ZodType, z.ZodType>> = {}): Task {
  return defineTask({ summary: 'Does nothing', input, output: z.null(), run: () => null, ...more })
}

export function tasks(inputs: Readonly<Record<string, z.ZodType>>): Catalogue {
  return new Map<string, KnownTask>(
    Object.entries(inputs).map(([name, input]) => [name, known(name, taking(input))]),
  )
}

/** What is wrong with `sent`; nothing where it is accepted. Anything thrown but a JobError is a bug. */
export function complaints(
  catalogue: Catalogue,
  sent: unknown,
  inputAt: Path = ['input'],
): readonly Violation[] {
  try {
    submissionFrom(catalogue, sent, inputAt)
    return []
  } catch (error) {
    if (!(error instanceof JobError) || error.errors === undefined) throw error
    return error.errors.filter((violation) => 'pointer' in violation)
  }
}

export function pointersOf(violations: readonly Violation[]): string[] {
  return violations.map((violation) => violation.pointer).toSorted()
}
