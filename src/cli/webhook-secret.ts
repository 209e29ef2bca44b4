/** `acceptd webhook-secret`: what the callbacks of a caller are signed with, for whoever is to check them. */
import { Command } from 'commander'
import { EVERYBODY } from '../call-settings.ts'
import { ConfigError, type Config } from '../config.ts'
import { say } from './tell.ts'

const ANONYMOUS = 'anonymous'

const EXAMPLES = `
Examples:
  What are callbacks signed with, where nobody needs an API key?
    acceptd webhook-secret
  Those of jobs that ada has submitted, as ACCEPTD_API_KEYS names her:
    acceptd webhook-secret ada
  Hand it to a receiver written with a library of standardwebhooks.com:
    WEBHOOK_SECRETS=$(acceptd webhook-secret ada | head -1) node receiver.js

Prints the secrets of ACCEPTD_WEBHOOK_SECRETS, the newest first: callbacks are signed with each of them, and a receiver that
knows one takes them. Where none is set, that which acceptd has derived for the caller: it stays the same as long as the
database does.
`

export function webhookSecretCommand(config: () => Config): Command {
  return new Command('webhook-secret')
    .description('print what callbacks of a caller are signed with')
    .argument('[caller]', 'a name in ACCEPTD_API_KEYS', ANONYMOUS)
    .addHelpText('after', EXAMPLES)
    .action((caller: string) => printWebhookSecrets(config(), caller))
}

async function printWebhookSecrets(config: Config, caller: string): Promise<void> {
  expectCaller(config, caller)
  const { webhookSecrets } = config
  const set = webhookSecrets.get(caller) ?? webhookSecrets.get(EVERYBODY)
  for (const secret of set ?? [await derived(config, caller)]) say(secret)
}

/** What a database needs is loaded only here, where it is: the other commands come by this file. */
async function derived(config: Config, caller: string): Promise<string> {
  const { derivedSecret } = await import('../callbacks.ts')
  const { withDatabase } = await import('./database.ts')
  return withDatabase(config, ({ db }) => derivedSecret(db, caller))
}

/** Every name has a secret; that of one which is misspelt would fit nothing that is ever sent. */
function expectCaller({ apiKeys }: Config, caller: string): void {
  const names = apiKeys.size > 0 ? [...new Set(apiKeys.values())] : [ANONYMOUS]
  if (names.includes(caller)) return
  throw new ConfigError(
    apiKeys.size > 0
      ? `No caller is named "${caller}". In ACCEPTD_API_KEYS there are: ${names.join(', ')}`
      : `No caller is named "${caller}": without ACCEPTD_API_KEYS everybody is "${ANONYMOUS}"`,
  )
}
