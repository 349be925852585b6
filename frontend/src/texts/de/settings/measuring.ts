/** Was gesichert, gemessen, protokolliert und veröffentlicht wird. */
export default {
  checkpointing_save_strategy: {
    name: 'Wann gesichert wird',
    help: 'Alle `save_steps` Schritte, am Ende jedes Durchgangs, oder nur, wenn der Lauf angehalten wird.',
  },
  checkpointing_save_steps: {
    name: 'Schritte zwischen Checkpoints',
    help: 'Schritte des Optimierers zwischen zwei Checkpoints: was ein Absturz höchstens kostet.',
  },
  checkpointing_save_total_limit: {
    name: 'Behaltene Checkpoints',
    help: 'Wie viele der letzten Checkpoints bleiben; der beste bleibt daneben.',
  },
  checkpointing_load_best_model_at_end: {
    name: 'Den besten Stand veröffentlichen',
    help: 'Den Checkpoint mit dem niedrigsten Verlust der Auswertung veröffentlichen statt des letzten.',
  },
  checkpointing_early_stopping_patience: {
    name: 'Geduld vor frühem Ende',
    help: 'Nach so vielen Auswertungen in Folge ohne Verbesserung aufhören. Leer hört nie früher auf.',
  },
  checkpointing_early_stopping_threshold: {
    name: 'Kleinste Verbesserung',
    help: 'Um wie viel der Verlust der Auswertung sinken muss, um als Verbesserung zu gelten.',
  },
  evaluation_eval_strategy: {
    name: 'Wann gemessen wird',
    help: 'Wann im Training der Verlust auf `max_rows` zurückgehaltenen Zeilen gemessen wird.',
  },
  evaluation_eval_steps: {
    name: 'Schritte zwischen Messungen',
    help: 'Schritte des Optimierers zwischen zwei Messungen, mit `eval_strategy: steps`.',
  },
  evaluation_per_device_eval_batch_size: {
    name: 'Zeilen je Auswertungslauf',
    help: 'Zeilen in einem Durchlauf der Auswertung auf einem Gerät.',
  },
  evaluation_generate: {
    name: 'Antworten schreiben',
    help: 'Die zurückgehaltenen Zeilen mit der Basis und mit dem angepassten Modell beantworten und beide bewerten.',
  },
  evaluation_max_rows: {
    name: 'Gemessene Zeilen',
    help: 'Zurückgehaltene Zeilen, die vor, während und nach dem Training gemessen werden, vom Startwert gezogen. Leer misst alle.',
  },
  evaluation_max_new_tokens: {
    name: 'Längste Antwort, in Token',
    help: 'Die längste Antwort, die geschrieben wird, in Token.',
  },
  evaluation_sample_rows: {
    name: 'Zeilen zum Mitlesen',
    help: 'Zurückgehaltene Zeilen, die bei jeder Auswertung mit höchstens 64 Token beantwortet werden, zum Mitlesen; 0 fragt keine.',
  },
  evaluation_bootstrap_resamples: {
    name: 'Bootstrap-Stichproben',
    help: 'Stichproben hinter jedem Konfidenzintervall.',
  },
  evaluation_confidence: {
    name: 'Konfidenz',
    help: 'Der Anteil der Stichproben, den das Intervall umfasst.',
  },
  logging_logging_steps: {
    name: 'Schritte zwischen Meldungen',
    help: 'Schritte des Optimierers zwischen zwei Meldungen des Fortschritts.',
  },
  logging_tensorboard: {
    name: 'TensorBoard',
    help: 'TensorBoard-Protokolle in den Ordner des Laufs schreiben, außer wenn `MODELFORGE_DISABLE_TENSORBOARD` gesetzt ist.',
  },
  output_merge: {
    name: 'Zusammengeführt veröffentlichen',
    help: 'Den Adapter auch mit seiner Basis zusammengeführt veröffentlichen, geprüft, dass er gleich antwortet.',
  },
  output_dtype: {
    name: 'Zahlentyp',
    help: 'Der Zahlentyp veröffentlichter voller oder zusammengeführter Gewichte. `auto` behält den des Basismodells.',
  },
}
