import data from './data'
import models from './models'
import runs from './runs'
import shell from './shell'
import tuning from './tuning'

/** Alle Texte der Seite auf Deutsch; was der Server sagt, kommt in seinen eigenen Worten. */
export default { ...shell, ...data, ...tuning, ...runs, ...models }
