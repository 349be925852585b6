/** Was bei einer Einstellung erwartet wird, nach Pydantics Namen des Fehlers; die anderen nennt der Server selbst. */
export default {
  greater_than: 'größer als {{gt}}',
  greater_than_equal: 'mindestens {{ge}}',
  less_than: 'kleiner als {{lt}}',
  less_than_equal: 'höchstens {{le}}',
  finite_number: 'eine endliche Zahl',
  int_type: 'eine ganze Zahl',
  int_parsing: 'eine ganze Zahl',
  int_from_float: 'eine ganze Zahl, ohne Nachkommastellen',
  float_type: 'eine Zahl',
  float_parsing: 'eine Zahl',
  bool_type: 'true oder false',
  bool_parsing: 'true oder false',
  string_type: 'ein Text',
  string_too_short: 'ein Text von mindestens {{min_length}} Zeichen',
  string_too_long: 'ein Text von höchstens {{max_length}} Zeichen',
  list_type: 'eine Liste',
  dict_type: 'ein Objekt',
  model_type: 'ein Objekt',
  literal_error: 'eines von {{expected}}',
  union_tag_invalid: 'eines von {{expected_tags}} unter {{discriminator}}',
  union_tag_not_found: 'der Schlüssel {{discriminator}}, der sagt, was es ist',
  string_pattern_mismatch: 'ein Text nach dem Muster {{pattern}}',
  missing: 'ein Wert',
  'name-of-another-chart': 'ein Name, den keine andere Kurve hat: keiner von {{others}}',
  'no-pattern': 'ein regulärer Ausdruck; Python liest hier keinen: {{reason}}',
  'misspelt-key': 'ein bekannter Schlüssel',
  'unknown-key': 'ein bekannter Schlüssel',
  'of-another-strategy': 'ein Schlüssel der gewählten Strategie',
  'stage-name': 'Kleinbuchstaben, Ziffern und Bindestriche',
  'stage-named-twice': 'ein Name, den keine frühere Stufe hat',
  'no-earlier-stage': 'eine frühere Stufe',
  'stage-is-no-judge': 'eine Stufe mit strategy: reward',
  'split-otherwise': 'derselbe Wert wie in Stufe {{stage}}, die auf demselben Datensatz trainiert',
  'stage-scores-answers': 'ein Modell, das Antworten schreibt; ein Belohnungsmodell bewertet sie nur',
  'stage-of-another-task': '{{task}} wie in Stufe {{stage}}, von der diese ausgeht',
  'adapter-into-quantised':
    'ein Beginn in voller Genauigkeit: Ein Adapter verliert etwas, wenn er in quantisierte Gewichte eingerechnet wird',
}

/** Was dann zu tun ist. */
export const faultFix = {
  other: 'Berichtigen Sie `{{key}}`.',
  'misspelt-key': 'Meinten Sie `{{near}}`?',
  'unknown-key': '`modelforge init` schreibt ein Rezept mit allen Schlüsseln.',
  'of-another-strategy': 'Lassen Sie ihn weg, oder wählen Sie eine Strategie, die ihn hat: {{owners}}.',
  'stage-name': 'Zum Beispiel `name: sft`.',
  'stage-named-twice': 'Geben Sie jedem Namen nur eine Stufe.',
  'no-earlier-stage': 'Nennen Sie, was zu Beginn dieser Stufe da ist.',
  'stage-is-no-judge': 'Nennen Sie eine solche.',
  'split-otherwise':
    'Sonst wären hier zurückgehaltene Zeilen dort gelernt worden: Setzen Sie den Schlüssel für beide.',
  'stage-scores-answers': 'Nennen Sie es als strategy.reward_model einer Stufe mit rlhf.',
  'stage-of-another-task': 'Geben Sie beiden Stufen eine Aufgabe, oder dieser ein anderes Modell.',
  'adapter-into-quantised':
    'Setzen Sie output.merge: true in Stufe {{stage}}; diese beginnt dann mit deren zusammengeführtem Modell.',
}

/** Fehler, die sich nicht in gefunden und erwartet teilen. */
export const faultWhole = {
  missing: '{{key}}: Hier fehlt ein Wert.',
  combination: '{{key}}: {{expected}}.',
  'whole-recipe': '{{expected}}.',
  'no-text':
    '{{key}} enthält das Zeichen NUL oder halbe Zeichen, die sich nirgends speichern lassen; nehmen Sie sie heraus.',
  'said-twice': '{{key}}: `{{other}}` sagt schon {{said}}; behalten Sie eines von beiden.',
}
