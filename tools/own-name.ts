// For a file of this checkout that is run by itself and imports `acceptd`: node --import ./tools/own-name.ts <file>
import { answerToOwnName } from '../src/work/own-name.ts'

answerToOwnName()
