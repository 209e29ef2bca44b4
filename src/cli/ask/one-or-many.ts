/** What `acceptd retry` and `acceptd delete` are about: one job by its id, or all that `--where` names. */
import type { Command } from 'commander'
import { UsageError } from './usage-error.ts'
import { filtersIn, type Filters } from './where.ts'

export interface OneOrMany {
  readonly where?: Filters
  readonly dryRun?: true
}

export const FILTERS_HELP =
  'Filters are those of GET /jobs: status, task, tag, code, origin, createdAfter, createdBefore.\n'

export function withOneOrMany(command: Command): Command {
  return command
    .argument('[id]', 'id of the job, or its address')
    .option('--where <filters>', 'all such jobs, as name=value pairs with commas between', filtersIn)
    .option('--dry-run', 'with --where: only say how many there are')
}

/** @throws UsageError where it is neither or both */
export function oneOrMany(
  id: string | undefined,
  { where, dryRun }: OneOrMany,
): { readonly id: string } | { readonly where: Filters; readonly dryRun: boolean } {
  if (where && id === undefined) return { where, dryRun: dryRun ?? false }
  if (where || id === undefined) throw new UsageError('Write either the id of a job or --where <filters>')
  if (dryRun) throw new UsageError('--dry-run goes with --where')
  return { id }
}
