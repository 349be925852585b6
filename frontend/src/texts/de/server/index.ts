import advice from './advice'
import error from './errors'
import finding from './findings'
import note from './notes'
import phrase from './phrases'
import problem from './problems'

/** Was der Server auf Englisch sagt, nach den Namen seiner Texte. */
export default {
  server: {
    advice,
    error,
    finding,
    note,
    phrase,
    problem,
    broken_one: 'Verletzt in {{count}} Zeile, in Zeile {{first}}: {{truth}}',
    broken_other: 'Verletzt in {{count}} Zeilen, zuerst in Zeile {{first}}: {{truth}}',
  },
}
