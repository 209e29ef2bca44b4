/** What each failure of a job that calls somebody means and what to do about it: a part of failure-texts.ts. */
import type { Explanation } from './problem-texts.ts'

export const CALL_FAILURE_TEXTS = {
  timeout: {
    cause:
      'A request was sent, or was to be sent, and its answer had not been read to the end in the time that one request may take (timeoutSeconds in the input of the http task); or work that the callee had accepted was not done after a day. Whether the callee did what it was asked is unknown.',
    remedy:
      'See in the transcript, at attempts of the job, where the time went. Have the callee answer sooner: what takes long is better accepted with 202 and done afterwards. Allow more time only where that is what the work needs. A further attempt has the same Idempotency-Key, so a callee that heeds it does the work once.',
  },
  'connection-error': {
    cause:
      'No connection to the callee came about, or it broke before the answer was complete, or what came was not HTTP. detail says which. Once a request was sent the callee may have done what it was asked.',
    remedy:
      'See whether the callee runs, listens at the port of the URL, and lets the host of acceptd in. Retry the job when it does.',
  },
  'dns-error': {
    cause:
      'The name in the URL has no address, or the name servers that acceptd asks did not answer. Nothing was sent.',
    remedy:
      'Compare the host of the URL with the one that was meant. If it is right, the operator can look the name up on the machine where the workers run.',
  },
  'tls-error': {
    cause:
      'The callee answered the connection, but not in a way that can be trusted: its certificate has expired, is of another host, or was issued by nobody that is known here; or the two sides found no version of TLS in common. Nothing of the request was sent.',
    remedy:
      'Have the certificate of the callee put right. An authority of your own is made known to acceptd by the operator, with NODE_EXTRA_CA_CERTS. There is no way to call without the check.',
  },
  'http-client-error': {
    cause:
      'The callee answered with a status from 400 to 499, or with a redirect that was not followed. Mostly that says that the request is wrong: its address, its credentials or its body. Of these only 408, 425 and 429 say that a later attempt may fare better, and only they are tried again by themselves.',
    remedy:
      'Read detail, which has the status and the beginning of what the callee said; the transcript has more. Submit the request again when it is right. Where a status means "not yet" with this callee, have it tried again by retry.on; where a redirect is to be followed, by follow.',
  },
  'http-server-error': {
    cause:
      'The callee answered the last attempt with a status from 500 on. Most of these are tried again until the attempts are used up, and not before the callee wants it by Retry-After; 501, 505, 506, 508, 510 and 511 are not, for they do not pass.',
    remedy:
      'See to the callee; detail and the transcript have what it said. When it is well, retry the job, or all that failed so with POST /jobs/retry?code=http-server-error. A callee that says so of what cannot succeed should answer with a status from 400 to 499.',
  },
  'assertion-failed': {
    cause:
      'The callee answered, but not as the success member of the input describes it. detail names the first thing that is not so: a status, a header, a value in the body or the time it took. Nothing is assumed about what the callee has done.',
    remedy:
      'Compare the answer, which is in the transcript, with what was expected. If the callee was wrong, see to it and retry the job; if the expectation was, submit the work again with another. It is tried again by itself only where retry.on says so.',
  },
  'callee-failed': {
    cause:
      'The callee took the work on with a 202, acceptd followed it there, and it ended badly: failed, canceled, or whatever the callee calls it. detail has its word for that and its reason.',
    remedy:
      'Look for the cause where the work was done. A further attempt sends the request anew with the same Idempotency-Key; a callee that keeps failed work under it answers with the old failure. Then submit a new job.',
  },
  'blocked-address': {
    cause:
      'The URL, or an address that its host has, is not one that this service calls: a private or local network, a metadata service, a port or a host that the operator has not allowed, or a redirect or link that leads to such a place. Nothing was sent there.',
    remedy:
      'Use an address that can be reached from the internet, or ask the operator to allow this one with ACCEPTD_CALL_EXCEPTIONS, ACCEPTD_CALL_PRIVATE, ACCEPTD_CALL_ONLY or ACCEPTD_CALL_PORTS. Metadata services cannot be allowed.',
  },
  'response-too-large': {
    cause:
      'The callee answered with more than is read, in headers or body; or the body is longer than what is kept, and an expectation of the input is about the part that was left out. The callee has most likely done what it was asked.',
    remedy:
      'Ask the callee for less, or for the address of what is large instead of the thing itself. Drop expectations of the body where its status says enough.',
  },
  'circuit-open': {
    cause:
      'The job calls a host to which too many calls failed, so that its jobs wait (GET /endpoints shows the host as open). This one was due for a day, and in all that time the host was not well. The attempt that ended it called nobody.',
    remedy:
      'See to the host, or to the URL in the input. Once the host answers again the job can be retried; POST /jobs/retry?code=circuit-open does so for all of them.',
  },
} as const satisfies Record<string, Explanation>
