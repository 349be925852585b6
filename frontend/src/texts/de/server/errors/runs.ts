import type { ErrorCode, Words } from './words'

const SMALLER =
  'Verkleinern Sie optimization.per_device_train_batch_size oder data.max_length (und erhöhen Sie gradient_accumulation_steps, damit jeder Schritt gleich viele Zeilen sieht), oder setzen Sie compute.gradient_checkpointing: true. Der Speicherplan zeigt, was passt.'
const LOWER_RATE =
  'Das Training ist davongelaufen: Senken Sie optimization.learning_rate, oder rechnen Sie in bf16 oder fp32 statt fp16.'
const MEND =
  'Berichtigen Sie die Datei, und beginnen Sie einen neuen Lauf; das Protokoll hat den ganzen Traceback.'

/** Läufe: warum einer nicht beginnt, nicht weitergeht oder scheitert. */
export default {
  'disk-full': {
    message: 'Die Platte ist voll.',
    hint: 'Schaffen Sie Platz und setzen Sie den Lauf dann fort: Vor dem letzten Zwischenstand ist nichts verloren.',
  },
  'gpu-out-of-memory': { message: 'Der Speicher der GPU hat nicht gereicht.', hint: SMALLER },
  'machine-out-of-memory': { message: 'Der Speicher des Rechners hat nicht gereicht.', hint: SMALLER },
  unforeseen: {
    message: '{{message}}',
    hint: 'Wo es geschah, steht am Ende des Protokolls.',
  },
  'diverged-at-step': {
    message: 'Das Training ist davongelaufen: {{name}} ist bei Schritt {{step}} keine Zahl mehr.',
    hint: 'Senken Sie optimization.learning_rate, verlängern Sie das Aufwärmen, oder rechnen Sie in bf16 oder fp32 statt fp16.',
  },
  'loss-not-a-number': {
    message: 'Auf {{rows}} von {{all}} zurückgehaltenen Zeilen ist der Verlust des Modells keine Zahl.',
    hint: LOWER_RATE,
  },
  'reward-scores-not-numbers': {
    message: 'Die Urteile des Belohnungsmodells sind keine Zahlen.',
    hint: 'Das Training ist davongelaufen: Senken Sie optimization.learning_rate.',
  },
  'events-damaged': {
    message: '{{path}} ist beschädigt, am Ereignis {{seq}}.',
    hint: 'Stellen Sie die Datei aus einer Sicherung wieder her, oder löschen Sie den Lauf.',
  },
  'run-not-understood': {
    message: 'Was dieser Lauf geschrieben hat, ließ sich nicht verstehen: {{reason}}.',
    hint: 'Er geht weiter, wenn sein Ordner in Ordnung ist; das Protokoll des Servers sagt mehr. Sonst löschen Sie ihn.',
  },
  'supervisor-ended': {
    message: 'Dieser Server beginnt keine Läufe mehr und sieht nicht mehr nach ihnen.',
    hint: 'Starten Sie ihn neu: Die Läufe werden wiedergefunden. Sein Protokoll sagt, was geschah.',
  },
  'worker-died-again': {
    message: 'Der Prozess starb {{times}}-mal hintereinander, ohne weiter zu kommen.',
    hint: 'Das Ende des Protokolls sagt mehr. Vor dem letzten Zwischenstand ist nichts verloren.',
  },
  'worker-not-started': {
    message: 'Für den Lauf {{run}} ließ sich kein Prozess starten: {{reason}}.',
    hint: 'Sehen Sie ins Protokoll, dann setzen Sie den Lauf fort.',
  },
  'trained-weights-damaged': {
    message: 'Die trainierten Gewichte sind beschädigt.',
    hint: 'Setzen Sie den Lauf fort, um sein Ende noch einmal zu trainieren.',
  },
  'earlier-stage-failed': {
    message: 'Diese Stufe begann nicht: Der Lauf {{run}}, auf dessen Modell sie aufbaut, ist nicht gelungen.',
    hint: 'Setzen Sie jenen fort, dann folgt dieser von selbst; gibt es ihn nicht mehr, beginnen Sie das Rezept neu.',
  },
  'earlier-stage-not-done': {
    message: 'Der Lauf {{run}} wartet auf den Lauf {{earlier}}, auf dessen Modell er aufbaut.',
    hint: 'Sehen Sie jenen an; wo er pausiert, lässt er sich fortsetzen.',
  },
  'earlier-stage-unsuccessful': {
    message: 'Der Lauf {{run}} baut auf dem Lauf {{earlier}} auf, und der ist nicht gelungen.',
    hint: 'Setzen Sie jenen fort, dann folgt dieser von selbst; gibt es ihn nicht mehr, beginnen Sie das Rezept neu.',
  },
  'later-stage-needs-run': {
    message: 'Den Lauf {{run}} braucht noch eine spätere Stufe: {{later}}.',
    hint: 'Halten Sie erst die spätere Stufe an, oder lassen Sie sie fertig werden.',
  },
  'run-locked-elsewhere': {
    message: 'Den Lauf {{run}} hält ein Prozess fest, der von diesem Rechner aus nicht zu finden ist.',
    hint: 'Beenden Sie ihn auf dem Rechner, der sich diesen Ordner teilt ({{host}}), und versuchen Sie es noch einmal.',
  },
  'processes-not-ended': {
    message: 'Prozesse des Laufs {{run}} ließen sich nicht beenden.',
    hint: 'Beenden Sie die Prozessgruppe {{group}} von Hand.',
  },
  'trained-without-checkpoint': {
    message: 'Das Training ist zu Ende, aber es gibt keinen gültigen Zwischenstand davon.',
    hint: 'Sehen Sie in das Protokoll des Arbeitsprozesses; die Festplatte könnte schadhaft sein.',
  },
  'checkpoint-of-other-model': {
    message: 'Der Zwischenstand {{checkpoint}} passt nicht zum Modell: {{parts}}.',
    hint: 'Setzen Sie mit den Einstellungen fort, die ihn geschrieben haben.',
  },
  'run-succeeded': {
    message: 'Der Lauf {{run}} ist schon gelungen.',
    hint: 'Beginnen Sie einen neuen, um weiter zu trainieren.',
  },
  'run-ended': {
    message: 'Der Lauf {{run}} ist schon zu Ende.',
    hint: 'Es gibt nichts mehr anzuhalten.',
  },
  'run-not-resumable': {
    message: 'Der Lauf {{run}} läuft noch oder wartet.',
    hint: 'Nur Läufe, die angehalten wurden, lassen sich fortsetzen.',
  },
  'run-in-work': {
    message: 'An dem Lauf {{run}} wird gerade gearbeitet.',
    hint: 'Warten Sie, oder halten Sie ihn erst an.',
  },
  'run-not-waiting': {
    message: 'Der Lauf {{run}} wartet nicht in der Reihe.',
    hint: 'Nur wartende Läufe lassen sich verschieben.',
  },
  'key-used-before': {
    message: 'Dieser Idempotency-Key wurde für einen Lauf mit anderen Einstellungen verwendet.',
    hint: 'Senden Sie jeden Lauf mit einem eigenen.',
  },
  'no-report-yet': {
    message: 'Der Lauf {{run}} hat noch keinen Bericht.',
    hint: 'Er entsteht nach dem Training, wenn Zeilen zurückgehalten werden.',
  },
  'too-few-runs': {
    message: 'So lässt sich nichts vergleichen.',
    hint: 'Wählen Sie zwei bis {{most}} verschiedene Läufe.',
  },
  'does-not-fit': {
    message: 'Der Lauf braucht {{needed}} GiB, und auf {{device}} sind {{free}} GiB frei.',
    hint: 'Der Speicherplan sagt, was zu ändern ist, das Billigste zuerst.',
  },
  'no-model-fits': {
    message: '{{model}} passt mit Zeilen von {{length}} Token nicht in den Speicher dieses Rechners.',
    hint: 'Wählen Sie ein kleineres Modell; die Liste zeigt, was dieser Rechner gut trainiert.',
  },
  'reward-needs-file': {
    message: 'Eine Belohnung in Python führt Ihren eigenen Code aus, und Code kommt nicht über das Netz.',
    hint: 'Starten Sie den Lauf in einem Terminal auf dem Server: `modelforge train -c recipe.yaml --reward-file DATEI`.',
  },
  'config-not-usable': {
    message: 'So lässt sich das Rezept nicht verwenden. {{faults}}',
  },
  'recipe-not-yaml': {
    message: 'Das Rezept ist kein gültiges YAML: {{reason}}',
    hint: 'Berichtigen Sie diese Stelle.',
  },
  'recipe-key-twice': {
    message: 'Das Rezept nennt den Schlüssel {{key}} zweimal: in Zeile {{first}} und in Zeile {{line}}.',
    hint: 'Behalten Sie eine der beiden Zeilen.',
  },
  'recipe-repeats-too-much': {
    message:
      'Der Verweis *{{alias}} in Zeile {{line}} macht das Rezept zu groß: Ausgeschrieben hätte es mehr als {{most}} Zeichen.',
    hint: 'Schreiben Sie aus, was gemeint ist, statt darauf zu verweisen.',
  },
  'recipe-without-keys': {
    message: 'Das Rezept enthält keine Schlüssel mit Werten.',
    hint: 'Beginnen Sie mit `model: …` und `dataset: …`.',
  },
  'stages-not-a-list': {
    message: '`stages` muss eine Liste von 2 bis {{most}} Teilrezepten sein.',
    hint: 'Zum Beispiel: `stages: [{strategy: sft, dataset: A}, {strategy: dpo, dataset: B}]`.',
  },
  'names-a-path': {
    message: '{{key}}: {{found}} lässt sich über das Netz nicht nennen.',
    hint: 'Gemeint sind Namen wie starter:NAME, sample:NAME, IDs der Bibliothek oder des Hubs. Dateien kommen durch Hochladen herein; Pfade nennt nur ein Terminal auf dem Server (`modelforge train`).',
  },
  'preflight-refuses': {
    message: 'Die Prüfung lässt diesen Lauf nicht zu. {{finding}}',
    hint: '{{fix}}',
  },
  'checkpoint-not-readable': {
    message: 'Die Beschreibung des Zwischenstands ist nicht lesbar.',
  },
  'checkpoint-changed': {
    message: 'Die Beschreibung des Zwischenstands wurde nachträglich geändert.',
  },
  'unsloth-missing': {
    message: 'Als provider ist unsloth gewählt, aber das Paket ist in dieser Umgebung nicht installiert.',
    hint: '`make unsloth` legt dafür eine Umgebung an, .venv-unsloth; starten Sie ModelForge von dort. Oder setzen Sie provider: huggingface.',
  },
  'unsloth-without-gpu': {
    message: 'Als provider ist unsloth gewählt; das braucht eine NVIDIA-GPU, und hier wurde keine gefunden.',
    hint: '`nvidia-smi` zeigt, was der Treiber sieht. Oder setzen Sie provider: huggingface.',
  },
  'quantization-not-installed': {
    message: '`{{written}}` braucht {{package}}, und das ist nicht installiert.',
    hint: 'Installieren Sie es mit `pip install "modelforge[quantization]"`, oder lassen Sie die Einstellung weg.',
  },
  'run-submitted-twice': {
    message: 'Der Lauf {{run}} wurde unter demselben Schlüssel ein zweites Mal eingereicht.',
    hint: 'Es gilt der, der zuerst da war; er steht in der Liste der Läufe.',
  },
  'key-not-usable': {
    message: 'Ein Idempotency-Key hat 1 bis {{most}} druckbare Zeichen.',
    hint: 'Eine zufällige UUID eignet sich gut.',
  },
  'reward-file-changed': {
    message: '{{file}} wurde geändert, nachdem der Lauf begonnen hatte.',
    hint: 'Beginnen Sie mit der geänderten Datei einen neuen Lauf; ein fortgesetzter wird durchweg nach demselben Code beurteilt.',
  },
  'reward-file-without-function': {
    message: 'Die Belohnungsdatei hat keine Funktion {{name}}.',
    hint: 'Schreiben Sie `{{signature}}`, oder nennen Sie in strategy.rewards eine andere.',
  },
  'reward-file-fails': {
    message: 'Die Belohnungsdatei scheitert beim Laden ({{where}}): {{reason}}',
    hint: MEND,
  },
  'reward-function-fails': {
    message: 'Die Belohnungsfunktion scheiterte an der Antwort „{{answer}}“ ({{where}}): {{reason}}',
    hint: MEND,
  },
  'reward-is-no-number': {
    message: 'Die Belohnungsfunktion gab für die Antwort „{{answer}}“ zurück: {{value}}.',
    hint: 'Sie muss für jede Antwort eine endliche Zahl zurückgeben.',
  },
} satisfies { [code in ErrorCode]?: Words }
