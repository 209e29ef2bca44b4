/** What `acceptd retry` and `acceptd delete` take on the command line, with an example to learn it from. */
import { Command, InvalidArgumentError } from 'commander'
import type { Config } from '../config.ts'
import { ownAddress } from './ask-api.ts'
import { manyJobsAndTell, type ManyJobs } from './many-jobs.ts'
import { filtersIn, type Filters } from './where.ts'

interface Options {
  readonly where: Filters
  readonly dryRun?: true
  readonly url?: string
  readonly key?: string
}

const EXAMPLES = {
  retry: `
Examples:
  How many jobs have failed because they took too long?
    acceptd retry --where status=failed,code=timed-out --dry-run
  Run them again:
    acceptd retry --where status=failed,code=timed-out
  Those that call one host, at an API that is elsewhere and asks for a key:
    acceptd retry --where origin=https://example.org --url https://jobs.example --key <key>
`,
  delete: `
Examples:
  How many jobs were canceled before November?
    acceptd delete --where status=canceled,createdBefore=2026-11-01T00:00:00Z --dry-run
  Delete them, with their results and keys:
    acceptd delete --where status=canceled,createdBefore=2026-11-01T00:00:00Z
`,
} as const

const ABOUT = `
Filters are those of GET /jobs: status, task, tag, code, origin, createdAfter, createdBefore.
Exits with 0 when it is done, 1 if the API refuses, 4 if it cannot be reached.
`

/** @param config read only where --url is not given */
export function manyJobsCommand(
  verb: ManyJobs['verb'],
  description: string,
  config: () => Pick<Config, 'host' | 'port'>,
): Command {
  return new Command(verb)
    .description(`${description}, all that --where names, by asking a running API`)
    .requiredOption('--where <filters>', 'which jobs, as name=value pairs with commas between', filtersIn)
    .option('--dry-run', 'only say how many there are')
    .option('--url <url>', 'where the API is (this machine, at PORT)', baseUrl)
    .option('--key <key>', 'an API key, where the API asks for one')
    .addHelpText('after', EXAMPLES[verb] + ABOUT)
    .action(({ where, dryRun, url, key }: Options) =>
      manyJobsAndTell({
        verb,
        where,
        dryRun: dryRun ?? false,
        url: url ?? ownAddress(config()),
        ...(key === undefined ? {} : { key }),
      }),
    )
}

function baseUrl(text: string): string {
  if (!/^https?:\/\/[^?#]+$/i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('Write an http or https URL, such as http://localhost:3000')
  return text.replace(/\/+$/, '')
}
