import type { Row } from '../row.ts'

export const submissionRows: readonly Row[] = []
