import type { Row } from '../row.ts'

export const idempotencyRows: readonly Row[] = []
