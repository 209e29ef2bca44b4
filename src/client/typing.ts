/** How the client knows what each task takes and gives: from the tasks themselves, or as somebody has written it down. */
import type { ResultFile } from './documents.ts'

/**
 * By the name of the task: what `defineTask` made, as in `client<typeof tasks>()`, or plain types, as in
 * `client<{ add: { input: { a: number; b: number }; output: number } }>()`.
 */
export type Tasks<T> = { readonly [Name in keyof T]: Kind }

/** Where nothing is said of the tasks: any name, and anything in and out. */
export type AnyTasks = Readonly<Record<string, Kind>>

interface Kind {
  readonly input: unknown
  readonly output: unknown
}

/** What `submit` takes. */
export type InputOf<T, Name extends keyof T> = T[Name] extends { readonly input: infer Input }
  ? Meant<Input, 'input'>
  : never

/** What `run` gives. */
export type OutputOf<T, Name extends keyof T> = T[Name] extends { readonly output: infer Output }
  ? FileOr<Meant<Output, 'output'>>
  : never

/** A schema says what it means as https://standardschema.dev has it; zod's do. Anything else is the type itself. */
type Meant<Schema, Way extends 'input' | 'output'> = Schema extends {
  readonly '~standard': { readonly types?: infer Types }
}
  ? NonNullable<Types> extends Readonly<Record<Way, infer Value>>
    ? Value
    : unknown
  : Schema

/** The output of a task with `output: fileResult` is not sent as it is, but as the file that it describes. */
type FileOr<Output> = [Output, keyof Output, keyof Described] extends [
  Described,
  // The same members and no others: a result may well speak of a file.
  keyof Described,
  keyof Output,
]
  ? ResultFile
  : Output

interface Described {
  readonly fileName: string
  readonly mediaType: string
  readonly text?: string | undefined
  readonly base64?: string | undefined
}
