/** What each problem means and what to do about it, for its page: a type is a URI so that it can be read (RFC 9457 §4). */
import type { ProblemCode } from './problem-types.ts'

export interface Explanation {
  /** How it comes about: what it means, and the usual reasons. */
  readonly cause: string
  /** What whoever sent the request does next. */
  readonly remedy: string
}

export const PROBLEM_TEXTS = {
  'malformed-request': {
    cause:
      'What arrived is not HTTP that can be served: a broken request line, a header field with forbidden characters, two lengths that contradict each other, an unknown method, HTTP/1.1 without Host, or https spoken to a port that only knows http.',
    remedy:
      'Let an HTTP library write the request, check that the address has the right one of http and https, and see what a proxy in between may have changed.',
  },
  'malformed-body': {
    cause:
      'The body is missing, is not JSON in UTF-8, is nested too deeply, or is not what its Content-Length or Content-Encoding says.',
    remedy:
      'Read detail; where it can, it names the line and the column. Write the body with a JSON library: JSON has no comments, no single quotes and no comma after the last member.',
  },
  'invalid-parameter': {
    cause:
      'A query parameter is unknown or has a value it cannot have, or the path is not valid percent-encoding. Unknown parameters are refused, because a mistyped filter must not mean "everything".',
    remedy:
      'Where the query is at fault, errors names each parameter and says what is wrong with it. Take a cursor from next or prev of another page, unchanged.',
  },
  'idempotency-key-required': {
    cause:
      'The author of the task demands an Idempotency-Key, so that a repeated submission cannot do the work twice, and the submission has none.',
    remedy:
      'Send an Idempotency-Key that belongs to this piece of work only, such as an order number or a UUID made for it, and send the same one with every repetition.',
  },
  'idempotency-key-invalid': {
    cause:
      'The Idempotency-Key is empty, too long, there twice, or not in quotes although it needs them. It is refused and not ignored, because an ignored key is a job done twice.',
    remedy:
      'Send one key of 1 to 255 ASCII characters in quotes, as in Idempotency-Key: "order-17". One that has only letters, digits and . _ ~ : / + = - needs no quotes.',
  },
  unauthorized: {
    cause:
      'This service asks for an API key, and the request has none, or one that is not valid or is not sent as a bearer token.',
    remedy:
      'Send the header Authorization: Bearer, followed by a space and a key that the operator of this service has given you.',
  },
  'route-not-found': {
    cause:
      'No resource has this address. Addresses are taken to the letter: /jobs/ and /JOBS are not /jobs. Behind a proxy, a prefix may not have been removed, or removed once too often.',
    remedy:
      'Follow the Location and the links of the answers rather than putting addresses together. The API description lists every route.',
  },
  'job-not-found': {
    cause:
      'No job of yours has this id. It may be mistyped or cut short, it may be the id of a job of somebody else, or the job was removed so long ago that nothing is known of it any more. The answer is always the same, so that it tells nothing about the jobs of others.',
    remedy:
      'Take the address from the Location of the 202 or from links.self of the job, unchanged, and ask as whoever submitted it. GET /jobs lists your jobs.',
  },
  'task-not-found': {
    cause:
      'The process that answered knows no task of this name: it is mistyped, or that task is not loaded.',
    remedy:
      'GET /tasks lists the tasks there are; where one has a similar name, detail suggests it. If yours should be there, the operator can see whether every process has been started with it.',
  },
  'result-not-ready': {
    cause: 'The job is pending or running. It has not ended, so it has no result yet.',
    remedy:
      'Wait for as long as Retry-After says and ask again, or watch the job document until done is true. The member job is its address.',
  },
  'result-not-available': {
    cause: 'The job failed or was canceled, so it has no result, and waiting will not bring one.',
    remedy:
      'Read the job document, whose address is the member job. Its status says which of the two it was; if it failed, error says why, and whether running it again may help.',
  },
  'method-not-allowed': {
    cause: 'There is something at this address, but it does not have this method.',
    remedy:
      'Use one of the methods in the Allow header of the answer. The API description says what each of them does.',
  },
  'not-acceptable': {
    cause:
      'The Accept header rules out every media type in which this can be had. Nothing was done: this is judged before anything else.',
    remedy:
      'Accept the media type that detail names, or leave the Accept header out. Problems come as JSON whatever it says.',
  },
  'request-timeout': {
    cause:
      'The header or the body did not arrive in full in time. The connection is slow or was interrupted, or Content-Length promises more than was sent.',
    remedy:
      'Send the request again over a new connection. If it happens each time, compare Content-Length with the length of the body in bytes.',
  },
  'job-already-terminal': {
    cause:
      'The job has ended in a way that the request cannot change: one that completed or failed cannot be canceled, and one that completed cannot be retried.',
    remedy:
      'Read the job document, whose address is the member job, and see how it ended. To do the work once more, submit a new job.',
  },
  'job-not-terminal': {
    cause: 'The job is pending or running. Only a job that has ended can be deleted or retried.',
    remedy: 'Wait until done is true in the job document, or cancel the job. Then send the request again.',
  },
  'idempotency-in-progress': {
    cause:
      'Another request with this Idempotency-Key is being handled at this moment, mostly an earlier try of the same client that it did not wait for.',
    remedy:
      'Wait for as long as Retry-After says and send the same request with the same key; the answer is then the job of the first. A new key could do the work twice.',
  },
  'job-expired': {
    cause:
      'There was a job at this address. It was deleted, or it ended so long ago that it is no longer kept. After as long again the answer is job-not-found.',
    remedy:
      'The job and its result cannot be had back. If the result is still needed, submit the work again, and fetch it soon after the job is done.',
  },
  'precondition-failed': {
    cause:
      'The job has changed since its ETag was read, so If-Match does not match any more. Nothing was done.',
    remedy:
      'Read the job again, decide whether the request still makes sense, and if it does, send it with the ETag the job has now.',
  },
  'content-too-large': {
    cause:
      'The body is larger than is taken here. What counts is its length after a Content-Encoding was undone.',
    remedy:
      'See the limit in detail. Send less at once, as several jobs, or keep the data elsewhere and submit where they are, if the task can fetch them.',
  },
  'unsupported-media-type': {
    cause:
      'The body is not marked as something that is taken here, such as JSON in UTF-8, or it has a Content-Encoding that is not known. curl -d marks it as a form unless told otherwise.',
    remedy:
      'Accept or Accept-Encoding in the answer lists what is taken. For JSON send Content-Type: application/json, and no Content-Encoding but gzip, deflate, br or zstd.',
  },
  'validation-error': {
    cause:
      'The body is JSON but not a submission the task can take: a member is missing, unknown, of the wrong type or out of range, or a number or a text in it cannot be kept exactly as it was sent.',
    remedy:
      'Mend everything that errors lists; each entry has a JSON Pointer to the place. GET /tasks/{task} shows the schema of the input and an example. An Idempotency-Key sent along is still free.',
  },
  'idempotency-key-reused': {
    cause:
      'A job with this Idempotency-Key exists already, and it is of another task or has another input or other options.',
    remedy:
      'For other work, send a new key. To repeat the first submission, send the same task, input and options; a time of sending within the input, say, makes it a different one.',
  },
  'request-header-fields-too-large': {
    cause:
      'The request line and the header together are larger than is read here, mostly because of cookies, a long token or a long query.',
    remedy: 'Leave out header fields that are not needed. No cookie is. Data belong in the body.',
  },
  'internal-error': {
    cause:
      'Something happened on the side of the service that nobody foresaw. Whether the request was carried out is not known.',
    remedy:
      'Send the request once more. If the problem stays, tell the operator the instance of the answer: the log has the reason under that id.',
  },
  'temporary-reduced-capacity': {
    cause:
      'The service cannot take the request just now: the database does not answer or is too busy, other requests hold the job for too long, the process is stopping, or too many event streams are open.',
    remedy:
      'Wait for as long as Retry-After says and send the request again. Close event streams that are no longer needed. If it goes on, the operator sees at /readyz whether the database answers.',
  },
} as const satisfies Record<ProblemCode, Explanation>
