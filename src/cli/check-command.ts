/** What `acceptd check` takes on the command line, with examples to learn it from. */
import { Command, InvalidArgumentError } from 'commander'

const EXAMPLES = `
Examples:
  Does the acceptd that runs here, with the tasks it ships, keep the contract?
    acceptd check
  Only what is asked of caching, and the second row about submissions:
    acceptd check http://localhost:3000 --only CON,SUB-02
  A server with other tasks, which asks for a key; a profile says what cannot be found out by asking it:
    printf '%s' '{"fixtures":{"ok":{"path":"/tasks/echo","body":{"word":"{{unique}}"}}},"auth":{"a":{"Authorization":"Bearer <key>"}}}' > profile.json
    acceptd check https://jobs.example --profile profile.json
  Have a program read what came of it:
    acceptd check http://localhost:3000 --json -

It submits jobs, so do not point it at a server that matters. Rows that need what the profile does not tell are skipped, and
say what they need. All that a profile may tell is in conformance/profile of acceptd's source.

Exits with 0 where the server conforms, 1 where a row of level M or S fails, 2 if it was asked wrongly, 4 if nothing answers
there. Levels: M, a MUST of a specification; S, a SHOULD, or a rule of a major guideline; C, a choice of acceptd's contract.
`

export function checkCommand(): Command {
  return new Command('check')
    .description('check a running server against the contract (docs/http.md), by HTTP alone')
    .argument('[url]', 'where the server is (ACCEPTD_URL, else this machine at PORT)', serverUrl)
    .option('--profile <file>', 'what must be known of the server: JSON, or a module with a default export')
    .option('--json <file>', 'also write the verdicts as JSON; - prints them, instead of the table')
    .option('--only <rows>', 'only these rows or areas, with commas between', words)
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        url: string | undefined,
        options: { profile?: string; json?: string; only?: readonly string[] },
      ) => {
        // So that no other command pays for reading the suite.
        const { checkAndTell } = await import('./check.ts')
        await checkAndTell(url, options)
      },
    )
}

// `localhost:3000` is a URL, too, of the scheme "localhost".
function serverUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('Write an http or https URL, such as http://localhost:3000')
  return text
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
