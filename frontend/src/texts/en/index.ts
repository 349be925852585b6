import data from './data'
import models from './models'
import runs from './runs'
import shell from './shell'
import tuning from './tuning'

/** Every text of the page in English; what the server says comes in its own words. */
export default { ...shell, ...data, ...tuning, ...runs, ...models }
