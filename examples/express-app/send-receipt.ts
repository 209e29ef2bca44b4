/** Sends the receipt of an order; stands in for a call of a mail service. */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, z } from 'acceptd'

export const sendReceipt = defineTask({
  summary: 'Send the receipt of an order',
  input: z.object({ order: z.uuid(), item: z.string().min(1), email: z.email() }),
  output: z.object({ sentTo: z.email() }),
  retry: { limit: 5, delaySeconds: 10 },
  async run({ order, item, email }, { signal, log }) {
    await sleep(200, undefined, { signal })
    // Whoever takes the mail should know it by the order, for this may run more than once.
    log.info(`A receipt for ${item}`, { order })
    return { sentTo: email }
  },
})
