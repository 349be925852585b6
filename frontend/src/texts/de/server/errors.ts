import type { Schemas } from '@/lib/api/client'

type Message = { message: string } | { message_one: string; message_other: string }
type Words = Message & { hint?: string }

const SMALLER =
  'Verkleinern Sie optimization.per_device_train_batch_size oder data.max_length (und erhöhen Sie gradient_accumulation_steps, damit jeder Schritt gleich viele Zeilen sieht), oder setzen Sie compute.gradient_checkpointing: true. Der Speicherplan zeigt, was passt.'
const LOWER_RATE =
  'Das Training ist davongelaufen: Senken Sie optimization.learning_rate, oder rechnen Sie in bf16 oder fp32 statt fp16.'
const SIGN_IN = 'Geben Sie in den Einstellungen ein Hugging-Face-Token ein, oder setzen Sie HF_TOKEN.'
const LOOK_AGAIN = 'Sehen Sie in der Liste nach, was da ist; Gelöschtes kommt nicht wieder.'

/** Fehler, die Menschen auf der Seite begegnen: was gefunden wurde, und was zu tun ist. */
export default {
  // Läufe
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
  // Daten
  'dataset-has-problems': {
    message_one: '{{name}} hat {{count}} Problem.',
    message_other: '{{name}} hat {{count}} Probleme.',
    hint: 'Nehmen Sie die Datei auf der Seite „Daten“ auf: Dort steht jedes mit seiner Zeile und dem, was zu tun ist.',
  },
  'rows-all-alike': {
    message: 'Alle Zeilen gleichen einander, sodass keine zum Messen zurückgehalten werden kann.',
    hint: 'Ergänzen Sie andere Zeilen, nennen Sie data.validation_dataset, oder setzen Sie data.validation_split: 0.',
  },
  'columns-not-chosen': {
    message: 'Noch hat niemand gesagt, wie die Spalten von {{name}} zu lesen sind.',
    hint: 'Wählen Sie auf der Seite des Datensatzes eine Lesart.',
  },
  'hub-dataset-not-read': {
    message: 'Der Datensatz {{name}} ließ sich nicht vom Hub lesen: {{reason}}',
    hint: 'Prüfen Sie den Namen und die Verbindung; zu geschützten Datensätzen gehört ein Token mit Zugang.',
  },
  // Hochladen
  'upload-cut': {
    message: 'Die Übertragung brach ab.',
    hint: 'Senden Sie noch einmal; nichts davon wurde behalten.',
  },
  'upload-cut-and-kept': {
    message: 'Die Übertragung brach ab.',
    hint: 'Was ankam, bleibt: Wählen Sie die Datei noch einmal, um den Rest zu senden.',
  },
  'upload-in-use': {
    message: 'Ein Teil dieser Datei kommt gerade an.',
    hint: 'Warten Sie einen Augenblick, und versuchen Sie es noch einmal.',
  },
  'upload-not-whole': {
    message: 'Von {{all}} Bytes sind {{received}} hier.',
    hint: 'Senden Sie erst den Rest.',
  },
  'upload-too-long': {
    message: 'Es kam mehr an, als angekündigt war.',
    hint: 'Beginnen Sie die Übertragung neu.',
  },
  'wrong-place-in-upload': {
    message: 'Die Übertragung steht bei Byte {{received}}, nicht bei {{offset}}.',
    hint: 'Senden Sie den Teil, der dort beginnt.',
  },
  'disk-too-small': {
    message: 'Die Datei braucht {{wanted}} Bytes, und auf der Platte sind {{free}} frei.',
    hint: 'Schaffen Sie Platz auf der Platte, und versuchen Sie es noch einmal.',
  },
  'file-too-large': {
    message: 'Die Datei ist größer als {{limit}} Bytes.',
    hint: 'Teilen Sie sie, oder erhöhen Sie MODELFORGE_MAX_UPLOAD_BYTES und starten Sie den Server neu.',
  },
  'disk-full-for-file': {
    message: '{{path}} ließ sich nicht schreiben oder lesen: {{reason}}.',
    hint: 'Schaffen Sie Platz auf der Platte, und versuchen Sie es noch einmal.',
  },
  'storage-failed': {
    message: '{{path}} ließ sich nicht schreiben oder lesen: {{reason}}.',
    hint: 'Prüfen Sie die Platte und ihre Zugriffsrechte.',
  },
  // Was es gibt und was nicht
  'nothing-of-this-name': { message: '„{{name}}“ gibt es hier nicht.', hint: LOOK_AGAIN },
  'name-taken': {
    message: '{{name}} gibt es schon.',
    hint: 'Wählen Sie einen anderen Namen, oder löschen Sie erst das Alte.',
  },
  'model-in-use': {
    message: '{{model}} wird gebraucht von {{users}}.',
    hint: 'Löschen, anhalten oder entladen Sie erst, was darauf aufbaut.',
  },
  'merged-model-exists': {
    message: 'Ein Modell {{model}} gibt es schon.',
    hint: 'Wählen Sie für das zusammengeführte Modell einen anderen Namen.',
  },
  'base-already-merged': {
    message: '{{model}} hat schon volle Gewichte.',
    hint: 'Nur Adapter werden zusammengeführt; nehmen Sie das Modell, wie es ist.',
  },
  'merge-not-alike': {
    message:
      'Das zusammengeführte Modell antwortet nicht wie der Adapter: {{reason}}. Es wurde nicht behalten.',
    hint: 'Führen Sie mit float32 zusammen, oder nehmen Sie den Adapter, wie er ist.',
  },
  'export-id-taken': {
    message: 'Einen Export {{export}} gibt es schon, vom Modell {{model}}.',
    hint: 'Löschen Sie erst jenen.',
  },
  'export-writes-none': {
    message: '{{model}} schreibt keine Antworten, und an Antworten wird ein Export geprüft.',
    hint: 'Nehmen Sie den Ordner des Modells, wie er ist; er folgt dem Standard von Hugging Face.',
  },
  'gguf-type-unknown': {
    message: 'Modelle der Art {{type}} lassen sich nicht als GGUF schreiben.',
    hint: 'Möglich ist es mit {{known}}. Als safetensors lässt sich jedes exportieren.',
  },
  'gguf-model-unusual': {
    message: 'Dieses Modell der Art {{type}} hat etwas, wofür eine GGUF-Datei keinen Platz hat.',
    hint: 'Exportieren Sie es als safetensors.',
  },
  'gguf-blocks-uneven': {
    message:
      'Zeilen von {{width}} Gewichten gehen in den Blöcken von {{block}}, die {{quantization}} hat, nicht auf.',
    hint: 'Exportieren Sie es als f16.',
  },
  'gguf-tokenizer-unknown': {
    message: 'Der Tokenizer des Modells lässt sich hier nicht als GGUF schreiben: Er ist kein BPE auf Bytes.',
    hint: 'Die von Llama 3, Qwen und den Startmodellen sind es. Exportieren Sie es als safetensors.',
  },
  'no-run-made-model': {
    message:
      'Kein Lauf auf diesem Rechner hat {{model}} gemacht; darum ist keine Zeile als zurückgehalten bekannt.',
    hint: 'Wählen Sie einen Datensatz, auf dem gemessen wird.',
  },
  'run-held-out-nothing': {
    message: 'Der Lauf {{run}} hat keine Zeilen zurückgehalten.',
    hint: 'Wählen Sie einen Datensatz, auf dem gemessen wird.',
  },
  'export-not-alike': {
    message: 'Der Export antwortet nicht wie das Modell: {{reason}}. Er wurde nicht behalten.',
    hint: 'Exportieren Sie in einem genaueren Zahlentyp, oder nehmen Sie den Ordner des Modells, wie er ist.',
  },
  // Der Hub
  'gated-without-token': {
    message: '{{name}} ist geschützt, und es ist kein Token gesetzt.',
    hint: 'Nehmen Sie auf {{page}} die Lizenz an, und geben Sie dann in den Einstellungen ein Token dieses Kontos ein, oder setzen Sie HF_TOKEN.',
  },
  'gated-for-account': {
    message: '{{name}} ist geschützt, und das Konto dieses Tokens darf es nicht lesen.',
    hint: 'Nehmen Sie auf {{page}} mit diesem Konto die Lizenz an, und geben Sie dem Token das Recht, geschützte Modelle zu lesen.',
  },
  'unknown-token': {
    message:
      'Der Hub kennt das Token nicht, das hier verwendet wird; vielleicht ist es vertippt oder widerrufen.',
    hint: 'Geben Sie in den Einstellungen ein anderes ein, von {{hub}}/settings/tokens, oder entfernen Sie es: Offene Modelle brauchen keines.',
  },
  'unknown-revision': {
    message: '{{name}} hat diese Revision nicht.',
    hint: 'Nennen Sie einen Zweig, ein Tag oder einen Commit.',
  },
  'hub-knows-nothing': {
    message: 'Der Hub kennt {{name}} nicht, oder zeigt es nicht.',
    hint: `Prüfen Sie die Schreibweise. Ist es privat: ${SIGN_IN}`,
  },
  'hub-name-wrong': {
    message: '„{{name}}“ ist kein Name auf dem Hub.',
    hint: 'Schreiben Sie BESITZER/NAME.',
  },
  'hub-refuses-token': {
    message: 'Mit diesem Token lässt der Hub {{name}} nicht zu.',
    hint: `Zum Veröffentlichen gehört das Recht, dort zu schreiben. ${SIGN_IN}`,
  },
  'hub-busy': {
    message: 'Der Hub bittet um weniger Anfragen.',
    hint: 'Warten Sie einige Minuten, und versuchen Sie es dann noch einmal.',
  },
  'hub-status': {
    message: 'Der Hub antwortete für {{name}} mit dem Status {{status}}.',
    hint: 'Versuchen Sie es später noch einmal.',
  },
  'hub-offline': {
    message: 'Der Hub ist auf diesem Server abgeschaltet: HF_HUB_OFFLINE ist gesetzt.',
    hint: 'Entfernen Sie HF_HUB_OFFLINE und starten Sie den Server neu, oder beginnen Sie mit starter:chat.',
  },
  'hub-unreachable': {
    message: 'Der Hub unter {{hub}} ist nicht zu erreichen ({{reason}}).',
    hint: 'Prüfen Sie die Verbindung, und versuchen Sie es noch einmal; was schon geladen ist, bleibt.',
  },
  'model-not-here': {
    message: '{{model}} ist nicht auf diesem Rechner, und der Hub ist nicht zu erreichen.',
    hint: 'Stellen Sie die Verbindung her und versuchen Sie es noch einmal, oder beginnen Sie mit starter:chat.',
  },
  'no-config-json': {
    message: '{{model}} hat keine config.json.',
    hint: 'Nennen Sie ein Modell für transformers; bei einem Adapter nennen Sie seine Basis.',
  },
  'no-safetensors': {
    message: '{{model}} hat keine Gewichte als safetensors.',
    hint: 'Gewichte als Pickle werden nie geladen. `save_pretrained` schreibt das Modell als safetensors.',
  },
  'unknown-model-type': {
    message: 'Modelle vom Typ „{{type}}“ kennt ModelForge nicht.',
    hint: 'Bekannte Typen: {{known}}, und Sprachmodelle, die wie Llama aufgebaut sind.',
  },
  'weights-damaged': {
    message: '{{file}} im Ordner {{folder}} ist beschädigt.',
    hint: 'Kopieren oder laden Sie die Datei neu; aus dem Zwischenspeicher des Hubs wird sie neu geholt, sobald sie dort gelöscht ist.',
  },
  'weights-in-other-form': {
    message:
      '{{model}} hat keine Gewichte in der Form, die transformers lädt ({{wanted}}), sondern {{found}}.',
    hint: 'Nennen Sie das Repository dieses Modells, das für transformers gespeichert wurde.',
  },
  'mixture-of-experts': {
    message:
      'Das Modell mischt {{experts}} Experten (Typ „{{type}}“); solche Modelle lassen sich noch nicht trainieren.',
    hint: 'Wählen Sie ein dichtes Modell, das keine Experten hat, etwa {{dense}}.',
  },
  'packing-mixes-rows': {
    message:
      'Für dieses Modell (Art {{type}}) lassen sich Zeilen nicht packen: Manche seiner Schichten tragen einen Zustand von Token zu Token, und so von jeder gepackten Zeile in die nächste.',
    hint: 'Schalten Sie das Packen ab (strategy.packing: false).',
  },
  'quantised-already': {
    message:
      'Die Gewichte des Modells sind bereits quantisiert (mit {{method}}); was dabei verloren ging, lässt sich nicht trainieren.',
    hint: 'Nennen Sie das Repository, aus dem es quantisiert wurde (in der Modellkarte steht es als base_model), und setzen Sie quantization.bits: 4, um es in 4 Bit zu halten.',
  },
  'unknown-target-modules': {
    message: '{{model}} hat keine Schicht für einen Adapter, die so heißt: {{names}}.',
    hint: 'Es gibt {{known}}; lora.target_modules: all-linear nimmt alle linearen Schichten.',
  },
  'no-hub-token': { message: 'Zum Veröffentlichen fehlt ein Hugging-Face-Token.', hint: SIGN_IN },
  'not-a-hub-token': {
    message: 'Das kann kein Hugging-Face-Token sein.',
    hint: 'Kopieren Sie es von https://huggingface.co/settings/tokens.',
  },
  'token-in-environment': {
    message: 'HF_TOKEN ist in der Umgebung des Servers gesetzt, und das geht vor.',
    hint: 'Entfernen Sie es dort, und starten Sie den Server neu.',
  },
  'repository-exists': {
    message: '{{repository}} gibt es schon, mit anderer Sichtbarkeit.',
    hint: 'Bestätigen Sie die, die es hat, oder nennen Sie ein anderes Repository.',
  },
  'push-incomplete': {
    message: 'Nicht alle Dateien von {{model}} kamen in {{repository}} an.',
    hint: 'Versuchen Sie es noch einmal: Was angekommen ist, wird nicht zweimal gesendet.',
  },
  'base-not-on-hub': {
    message:
      'Der Adapter {{model}} steht auf {{base}}, und das liegt nur auf diesem Rechner: Niemand könnte ihn laden.',
    hint: 'Veröffentlichen Sie stattdessen das ganze Modell: `modelforge merge {{model}}` macht es. Ein Belohnungsmodell lässt sich nicht zusammenführen: Trainieren Sie es auf einem Modell des Hubs.',
  },
  'push-not-confirmed': {
    message: 'Das Veröffentlichen ist nicht bestätigt.',
    hint: 'Tippen Sie genau: {{wanted}}',
  },
  'job-died': {
    message: 'Der Prozess dieses Auftrags ist gestorben.',
    hint: 'Versuchen Sie es noch einmal.',
  },
  'job-ended': { message: 'Der Auftrag ist schon zu Ende.', hint: 'Es gibt nichts abzubrechen.' },
  'job-under-way': {
    message: '{{job}} ist noch nicht zu Ende.',
    hint: 'Halten Sie es an, oder warten Sie, bis es zu Ende ist; dann löschen Sie es.',
  },
  'job-not-failed': {
    message: 'Der Auftrag ist nicht gescheitert.',
    hint: 'Nur was nicht gelang, wird noch einmal versucht.',
  },
  // Spielwiese
  'answer-out-of-memory': {
    message: 'Der Speicher reicht für dieses Modell oder dieses Gespräch nicht.',
    hint: 'Nehmen Sie ein kleineres Modell oder ein kürzeres Gespräch, oder geben Sie Speicher frei.',
  },
  'model-scores-not-numbers': {
    message: 'Was das Modell rechnet, sind keine Zahlen.',
    hint: 'Seine Gewichte sind beschädigt, oder sein Training ist davongelaufen.',
  },
  'conversation-too-long': {
    message: 'Das Gespräch hat {{tokens}} Token; das Modell liest höchstens {{limit}}.',
    hint: 'Kürzen Sie die Nachricht, oder beginnen Sie ein neues Gespräch.',
  },
  'takes-no-tools': {
    message:
      'Die Gesprächsvorlage von {{model}} schreibt keine Werkzeuge, Aufrufe von ihnen und deren Ergebnisse.',
    hint: 'Lassen Sie sie weg, oder fragen Sie ein Modell, dessen Vorlage sie schreibt, wie die von Qwen und Llama 3.1.',
  },
  'nothing-to-write-on': {
    message: 'Es ist kein Text da, der weiterzuschreiben wäre.',
    hint: 'Geben Sie mindestens ein Wort ein.',
  },
  'context-wanted': {
    message: 'Dieses Modell beantwortet Fragen zu einem Text.',
    hint: 'Geben Sie die Frage und den Text dazu ein.',
  },
  'context-not-wanted': {
    message: 'Dieses Modell ordnet Texte ein und beantwortet keine Fragen.',
    hint: 'Lassen Sie den Kontext weg.',
  },
  'writes-no-answers': {
    message: '{{model}} liest Texte und schreibt keine Antworten.',
    hint: 'Fragen Sie auf der Spielwiese, was es zu einem Text sagt.',
  },
  'predicts-nothing': {
    message: '{{model}} schreibt seine Antworten und ordnet nichts ein.',
    hint: 'Fragen Sie es auf der Spielwiese wie in einem Gespräch.',
  },
  'cannot-be-asked': {
    message: '{{model}} lässt sich so nicht befragen.',
    hint: 'Ein Startmodell ohne Kopf wird erst angepasst; ein Belohnungsmodell nennt man in einem Rezept von rlhf.',
  },
  'training-goes-first': {
    message: 'Training geht vor: {{run}} braucht {{slot}}.',
    hint: 'Fragen Sie wieder, wenn es zu Ende ist, oder halten Sie den Lauf an.',
  },
  'other-waits': {
    message: 'Jemand anders wartet auf eine Antwort.',
    hint: 'Versuchen Sie es gleich noch einmal.',
  },
  'too-many-questions': {
    message: 'Zu viele Fragen warten auf ihre Antwort.',
    hint: 'Versuchen Sie es gleich noch einmal.',
  },
  'model-unloaded': {
    message: 'Das Modell wurde entladen.',
    hint: 'Fragen Sie noch einmal, dann wird es neu geladen.',
  },
  'prediction-stopped': { message: 'Die Vorhersage wurde angehalten.', hint: 'Fragen Sie noch einmal.' },
  'process-ended': {
    message: 'Der Prozess für `{{name}}` endete unerwartet.',
    hint: 'Seine letzten Worte stehen im Protokoll des Servers.',
  },
  'process-out-of-memory': {
    message: 'Der Prozess für `{{name}}` wurde beendet, wohl weil der Speicher nicht reichte.',
    hint: 'Geben Sie Speicher frei, oder nehmen Sie ein kleineres Modell oder weniger Daten.',
  },
  'server-ended': {
    message: 'Der Server wurde beendet, bevor dies fertig war.',
    hint: 'Nichts Halbes ist geblieben. Starten Sie es noch einmal.',
  },
  'server-ending': {
    message: 'Der Server wird beendet.',
    hint: 'Fragen Sie wieder, wenn er zurück ist.',
  },
  // Anmelden und Anfragen
  'no-token': {
    message: 'Dafür muss man angemeldet sein.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich an.',
  },
  'token-not-valid': {
    message: 'Die Anmeldung gilt nicht, oder nicht mehr.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich an.',
  },
  'sign-in-link-used': {
    message: 'Dieser Link zum Anmelden ist verbraucht oder abgelaufen.',
    hint: 'Einen neuen macht `modelforge open` auf dem Rechner des Servers; oder melden Sie sich mit dem API-Token an.',
  },
  'sign-in-incomplete': {
    message: 'Zum Anmelden gehört ein Link, oder ein Name mit Passwort.',
    hint: 'Öffnen Sie den Link, den `modelforge open` zeigt, oder melden Sie sich mit einem Konto an.',
  },
  'sign-in-wrong': {
    message: 'Der Name oder das Passwort stimmt nicht.',
    hint: 'Prüfen Sie beide; wer den Server betreibt, kann ein neues Passwort setzen.',
  },
  'scope-missing': {
    message: 'Dieses Token darf das nicht.',
    hint: 'Nehmen Sie ein Token mit dem Recht `{{scope}}`.',
  },
  'download-link-expired': {
    message: 'Dieser Link zum Herunterladen ist abgelaufen, oder gilt etwas anderem.',
    hint: 'Beginnen Sie auf der Seite noch einmal; ein Link gilt eine Minute.',
  },
  'host-refused': {
    message: 'Auf den Namen „{{host}}“ antwortet dieser Server nicht.',
    hint: 'Öffnen Sie ihn als localhost, oder nehmen Sie den Namen in MODELFORGE_ALLOWED_HOSTS auf.',
  },
  'too-many-requests': {
    message: 'Das waren zu viele Versuche.',
    hint: 'Warten Sie {{seconds}} Sekunden, und versuchen Sie es dann noch einmal.',
  },
  'request-not-valid': {
    message: '{{key}}: {{expected}}.',
    hint: 'Berichtigen Sie `{{key}}`.',
  },
  'internal-error': {
    message: 'In ModelForge ging etwas schief.',
    hint: 'Versuchen Sie es noch einmal. Bleibt es so, sagt das Protokoll des Servers unter dieser Nummer mehr.',
  },
} satisfies Record<NonNullable<Schemas['ErrorWords']['code']>, Words>
