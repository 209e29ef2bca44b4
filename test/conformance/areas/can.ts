import type { Row } from '../row.ts'

export const cancelRows: readonly Row[] = []
