import type { Row } from '../row.ts'

export const docRows: readonly Row[] = []
