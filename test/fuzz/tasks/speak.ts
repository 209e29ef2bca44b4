/** Says any text, also one that no input may hold, wherever a task can say something. */
import { defineTask, fileResult, TaskError, z } from 'acceptd'

export default defineTask({
  summary: 'Say something that may not be sayable',
  input: z.object({
    units: z.array(z.int().min(0).max(0xff_ff)).max(1000),
    as: z.enum(['text', 'fileName', 'mediaType', 'error', 'code', 'accident', 'progress', 'log']),
  }),
  output: fileResult,
  example: { units: [104, 105], as: 'text' },
  typicalSeconds: 0.1,
  retry: { limit: 0 },
  run({ units, as }, { progress, log }) {
    const text = String.fromCharCode(...units)
    if (as === 'error') throw new TaskError(text)
    if (as === 'code') throw new TaskError('See the code', { code: text })
    if (as === 'accident') throw new Error(text)
    if (as === 'progress') progress(50, text)
    if (as === 'log') log.info(text, { text })
    const file = { fileName: 'said.txt', mediaType: 'text/plain', text: 'said' }
    return as === 'text' || as === 'fileName' || as === 'mediaType' ? { ...file, [as]: text } : file
  },
})
