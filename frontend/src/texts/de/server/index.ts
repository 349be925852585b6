import advice from './advice'
import error from './errors'
import fault from './faults'
import finding from './findings'
import note from './notes'
import phrase from './phrases'
import problem from './problems'
import starter from './starters'

/** Was der Server auf Englisch sagt, nach den Namen seiner Texte. */
export default {
  server: {
    advice,
    error,
    fault,
    finding,
    note,
    phrase,
    problem,
    starter,
    broken_one: 'Verletzt in {{count}} Zeile, in Zeile {{first}}: {{truth}}',
    broken_other: 'Verletzt in {{count}} Zeilen, zuerst in Zeile {{first}}: {{truth}}',
  },
}
