/** What a waiting command shows of a job's way. */
import type { Job } from '../../client/client.ts'

export interface Show {
  /** The job as it is, and then at each change. */
  job(job: Job): void
  /** Nobody answers, for this reason; or undefined: somebody does again. */
  trouble(reason: string | undefined): void
  /** Nothing more comes. What is only for the moment goes. */
  end(): void
}
