import data from './data'
import models from './models'
import runs from './runs'
import server from './server'
import * as settings from './settings'
import shell from './shell'
import tuning from './tuning'

/** Alle Texte der Seite auf Deutsch, auch die des Servers; was er frei formuliert, kommt in seinen eigenen Worten. */
export default { ...shell, ...data, ...tuning, ...settings, ...runs, ...models, ...server }
