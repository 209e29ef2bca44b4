/** A result that is a file: what a task returns whose output is `fileResult`. */
import { z } from 'zod'

// Registered: a tasks folder may have its own copy of this package, whose files are files all the same.
const FILE = Symbol.for('acceptd.file')

// type/subtype and parameters of tokens or quoted strings (RFC 9110 §8.3.1): it is sent as a header as it stands.
const MEDIA_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+([ \t]*;[ \t]*[\w!#$&^.+-]+=([\w!#$&^.+-]+|"[\x20-\x21\x23-\x5b\x5d-\x7e]*"))*$/

const schema = z
  .object({
    /** What the browser offers to save it as. */
    fileName: z.string().min(1).max(255),
    mediaType: z.string().max(255).regex(MEDIA_TYPE, 'Must be a media type, such as text/csv'),
    text: z.string().optional(),
    base64: z.base64().optional(),
  })
  .refine(
    ({ text, base64 }) => (text === undefined) !== (base64 === undefined),
    'Must have either text or base64',
  )

/** `output: fileResult`; then `GET /jobs/{id}/result` is that file, with its own media type, as a download. */
export const fileResult: typeof schema = Object.assign(schema, { [FILE]: true })

export type FileResult = z.infer<typeof fileResult>

export function isFileResult(output: z.ZodType): boolean {
  return FILE in output
}
