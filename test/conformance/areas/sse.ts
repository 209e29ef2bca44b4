import type { Row } from '../row.ts'

export const eventRows: readonly Row[] = []
