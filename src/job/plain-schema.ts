/** JSON Schema without what zod says more strictly than is meant. */
export function plain(schema: Record<string, unknown>): void {
  // The format says it; zod's patterns for these are long, and refuse UUID versions it does not know.
  if (schema['format'] === 'uuid' || schema['format'] === 'date-time') delete schema['pattern']
  // That an integer is one that a double can hold goes without saying, and looks like a limit somebody chose.
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum']
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum']
}
