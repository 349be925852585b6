import data from './data'
import hub from './hub'
import library from './library'
import models from './models'
import playground from './playground'
import recipes from './recipes'
import requests from './requests'
import runs from './runs'
import type { ErrorCode, Words } from './words'

/** Fehler, die Menschen auf der Seite begegnen, nach ihrem Gegenstand; jeder steht in einer einzigen Datei. */
export default {
  ...runs,
  ...data,
  ...library,
  ...hub,
  ...models,
  ...playground,
  ...recipes,
  ...requests,
} satisfies Record<ErrorCode, Words>
