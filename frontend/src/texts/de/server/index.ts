import advice from './advice'
import error from './errors'
import fault, { faultFix, faultWhole } from './faults'
import finding from './findings'
import idle from './idle'
import note from './notes'
import phrase from './phrases'
import problem from './problems'
import remark from './remarks'
import starter from './starters'
import together from './together'

/** Was der Server auf Englisch sagt, nach den Namen seiner Texte. */
export default {
  server: {
    advice,
    error,
    fault,
    faultFix,
    faultWhole,
    faultFound: '{{key}}: gefunden {{found}}, erwartet {{expected}}.',
    finding,
    idle,
    note,
    phrase,
    problem,
    remark,
    starter,
    together,
    inRow: 'Zeile {{in_row}}: {{message}}',
    inHeldOutRow: 'Zeile {{in_held_out_row}} von data.validation_dataset: {{message}}',
    inStage: 'Stufe {{stage_number}} von {{stages}} ({{stage_name}}): {{message}}',
    broken_one: 'Verletzt in {{count}} Zeile, in Zeile {{first}}: {{truth}}',
    broken_other: 'Verletzt in {{count}} Zeilen, zuerst in Zeile {{first}}: {{truth}}',
  },
}
