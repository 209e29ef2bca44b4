/** Counts the words of a text. Copy this file to start a task of your own: the file's name becomes the task's name. */
import { defineTask, z } from 'acceptd'

export default defineTask({
  summary: 'Count the words of a text',
  input: z.object({ text: z.string().max(1_000_000) }),
  output: z.object({ words: z.int().nonnegative() }),
  example: { text: 'to be or not to be' },
  retry: { limit: 2, delaySeconds: 5 },
  typicalSeconds: 1,
  run({ text }) {
    return { words: text.split(/\s+/).filter(Boolean).length }
  },
})
